import type { ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';

declare const transition: unique symbol;

/** The end of a step, made by a call of `op`. It takes effect when the step returns it. */
export interface Transition<K extends string> {
  /** @internal */
  readonly [transition]: K;
}

/**
 * The steps after a wait. `then`: the wait succeeded. `catch`: it failed by its policy, its deadline or a cancel. Without
 * `catch`, the `catch` step of the operation runs; without that one too, the operation ends with the error.
 */
export interface Next<K extends string> {
  /** The step to go on at, once the wait got what it asked for. */
  then: K;
  /** The step to go on at otherwise, with `op.failure`. */
  catch?: K | undefined;
  /** The timeout of the whole wait. Default: 365 days. */
  timeout?: Duration | undefined;
}

/**
 * When a wait with children is over, and whether it succeeded.
 *
 * - `ALL_SUCCEEDED` (default): all succeeded. Over early if that can no longer be. With `toleratedFailures`, or
 *   `toleratedFailuresPercent` of the children and notifications, rounded down: over when all have ended, or too many failed.
 * - `ALL_DONE`: all have ended, in whatever way.
 * - `ANY_DONE`: the first one has ended.
 * - `ANY_SUCCEEDED`: one succeeded. Over early if none is left that could.
 * - `QUORUM_SUCCEEDED`: `quorum` of them succeeded. Over early if that can no longer be.
 */
export type Policy =
  | {
      /** Default: ALL_SUCCEEDED. */
      policy?: 'ALL_SUCCEEDED' | undefined;
      /** How many may fail; of fewer children, all. Default: none. Not together with `toleratedFailuresPercent`. */
      toleratedFailures?: number | undefined;
      /** How many may fail, in whole per cent of children and notifications, rounded down. */
      toleratedFailuresPercent?: number | undefined;
    }
  | {
      /** See {@link Policy}. */
      policy: 'ALL_DONE' | 'ANY_DONE' | 'ANY_SUCCEEDED';
    }
  | {
      /** See {@link Policy}. */
      policy: 'QUORUM_SUCCEEDED';
      /** How many must succeed. */
      quorum: number;
    };

/**
 * The steps after a wait with children, its policy, and whether to stop the children that still run when it ends (`cancelRest`).
 */
export type Wait<K extends string> = Next<K> &
  Policy & {
    /** Whether the children of this deployment that still run are asked to stop when the wait ends. Default: false. */
    cancelRest?: boolean | undefined;
    /**
     * How often the workflow asks for children of other services, and for ends that a lost push did not report. Default: `'10s'`.
     * At least 1 s.
     */
    pollFrequency?: Duration | undefined;
  };

/** The content of a transition that begins a wait. */
export interface WaitSpec {
  readonly type: 'wait';
  readonly children: readonly ChildRef<unknown>[];
  readonly notifications: readonly string[];
  readonly sleep?: Duration;
  readonly next: Next<string> & WaitOptions;
}

export interface WaitOptions {
  readonly policy?: string;
  readonly quorum?: number;
  readonly toleratedFailures?: number;
  readonly toleratedFailuresPercent?: number;
  readonly cancelRest?: boolean;
  readonly pollFrequency?: Duration;
}

export type TransitionSpec =
  | WaitSpec
  | { readonly type: 'go'; readonly step: string }
  | { readonly type: 'done' };

const SPEC = Symbol.for('lro-orchestrator.transition');

export function makeTransition(spec: TransitionSpec): Transition<never> {
  return { [SPEC]: spec } as unknown as Transition<never>;
}

/** Returns the content of a transition, or undefined for any other value. */
export function transitionSpec(value: unknown): TransitionSpec | undefined {
  return typeof value === 'object' && value !== null
    ? (value as { [SPEC]?: TransitionSpec })[SPEC]
    : undefined;
}
