/** A scenario: the events and calls in one world, the behavior of workers, and the required end. */

import type { CatchCause } from '../../shared/lifecycle/operation-facts.ts';
import type { WaitCause } from '../../shared/lifecycle/wait.ts';
import type { Policy } from '../../shared/orchestrator/orchestrator.ts';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import type { WorldActs } from './world/world-acts.ts';

/** A lifecycle event in the JSON of the contract. Without `operation`, it is about the worker's operation. */
export interface EventJson {
  readonly operation?: string;
  readonly [field: string]: unknown;
}

/** The events that a worker publishes after a signal, each after a delay. The worker adds the attempt and its name. */
export type Worker = (signal: Signal) => readonly (EventJson & { readonly afterMs?: number })[];

/** The state of an operation that a client waits for before it acts. */
export interface Sight {
  readonly operation: string;
  readonly state: 'RUNNING' | 'WAITING';
}

export interface Scenario {
  readonly name: string;
  readonly policy?: Partial<Policy>;
  /** The events, in the order of their publishing: each `atMs` after the beginning, and after its publisher has seen `once`. */
  readonly events: readonly (EventJson & { readonly atMs?: number; readonly once?: Sight })[];
  /** The behavior of workers, by method. */
  readonly workers?: Readonly<Record<string, Worker>>;
  /** Services behind a `resumeMethod`, by URL. */
  readonly services?: Readonly<Record<string, Worker>>;
  /** Calls of the API and other actions. A call that fails with `unavailable` is repeated. */
  readonly calls?: readonly {
    readonly atMs: number;
    readonly once?: Sight;
    readonly call: (world: WorldActs) => Promise<unknown>;
  }[];
  /** The children of other services, with the time and outcome of each. */
  readonly externals?: Readonly<
    Record<string, { readonly atMs: number; readonly outcome: 'SUCCEEDED' | 'FAILED' }>
  >;
  /** The state in which each operation ends; NONE for one that must not exist, ENDED for any terminal one. */
  readonly ends: Readonly<
    Record<string, 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'DELETED' | 'NONE' | 'ENDED'>
  >;
  /** The causes of the RESUMEs of each operation, repeats left out. */
  readonly causes?: Readonly<Record<string, readonly (WaitCause | CatchCause)[]>>;
  /** The number of attempts of an operation. More attempts mean that a lease was lost without need. */
  readonly attempts?: Readonly<Record<string, number>>;
  /** Whether the scenario has events that are refused. */
  readonly deadLetters?: true;
  /** The error code of a failed operation. */
  readonly codes?: Readonly<Record<string, number>>;
  /** The longest duration, in milliseconds of virtual time. */
  readonly withinMs?: number;
}
