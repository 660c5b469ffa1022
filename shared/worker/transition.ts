import type { ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';

declare const transition: unique symbol;

/** The end of a step, made by a call of `op`. It takes effect when the step returns it. */
export interface Transition<K extends string> {
  readonly [transition]: K;
}

/**
 * The steps after a wait. `then`: the wait succeeded. `catch`: it failed by its policy, its deadline or a cancel. Without
 * `catch`, the `catch` step of the operation runs; without that one too, the operation ends with the error.
 */
export interface Next<K extends string> {
  then: K;
  catch?: K;
  /** The timeout of the whole wait. Default: 365 days. */
  timeout?: Duration;
}

export type Policy =
  | { policy?: 'ALL_SUCCEEDED'; toleratedFailures?: number; toleratedFailuresPercent?: number }
  | { policy: 'ALL_DONE' | 'ANY_DONE' | 'ANY_SUCCEEDED' }
  | { policy: 'QUORUM_SUCCEEDED'; quorum: number };

export type Wait<K extends string> = Next<K> & Policy & { cancelRest?: boolean };

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
