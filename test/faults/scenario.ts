/** What happens in one world: who publishes and calls what, how workers work, and how everything has to end. */

import type { CatchCause } from '../../shared/lifecycle/operation.ts';
import type { WaitCause } from '../../shared/lifecycle/wait.ts';
import type { Policy } from '../../shared/orchestrator/orchestrator.ts';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import type { WorldActs } from './world/world-acts.ts';

/** A lifecycle event in the JSON of the contract, without `operation` where the worker's own operation is meant. */
export interface EventJson {
  readonly operation?: string;
  readonly [field: string]: unknown;
}

/** What a worker says after a signal; it adds the attempt and its name. Each event may come some time later. */
export type Worker = (signal: Signal) => readonly (EventJson & { readonly afterMs?: number })[];

/** What a client has seen of an operation before it acts. */
export interface Sight {
  readonly operation: string;
  readonly state: 'RUNNING' | 'WAITING';
}

export interface Scenario {
  readonly name: string;
  readonly policy?: Partial<Policy>;
  /** Published in this order, each `atMs` after the beginning, and not before its publisher has seen `once`. */
  readonly events: readonly (EventJson & { readonly atMs?: number; readonly once?: Sight })[];
  /** By method. */
  readonly workers?: Readonly<Record<string, Worker>>;
  /** Services behind a `resumeMethod`, by URL. */
  readonly services?: Readonly<Record<string, Worker>>;
  /** Calls of the API, and other things that happen. A call that fails with `unavailable` is made again. */
  readonly calls?: readonly {
    readonly atMs: number;
    readonly once?: Sight;
    readonly call: (world: WorldActs) => Promise<unknown>;
  }[];
  /** Children of other services: when and how each ends. */
  readonly externals?: Readonly<
    Record<string, { readonly atMs: number; readonly outcome: 'SUCCEEDED' | 'FAILED' }>
  >;
  /** The state in which each operation ends; NONE for one that must not exist, ENDED for any terminal one. */
  readonly ends: Readonly<
    Record<string, 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'DELETED' | 'NONE' | 'ENDED'>
  >;
  /** The causes of the RESUMEs of each operation, repeats left out. */
  readonly causes?: Readonly<Record<string, readonly (WaitCause | CatchCause)[]>>;
  /** How many attempts an operation has had; more is a lease that was lost without need. */
  readonly attempts?: Readonly<Record<string, number>>;
  /** Whether events are refused in it. */
  readonly deadLetters?: true;
  /** The error code of a failed operation. */
  readonly codes?: Readonly<Record<string, number>>;
  /** So long it may take, in virtual milliseconds. */
  readonly withinMs?: number;
}
