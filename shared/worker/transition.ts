import type { ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';

declare const transition: unique symbol;

/** How a step ends. Nothing happens until the step returns it. */
export interface Transition<K extends string> {
  readonly [transition]: K;
}

/** `then`: the wait was satisfied. `catch`: policy missed, deadline, cancel; without it the operation ends with that error. */
export interface Next<K extends string> {
  then: K;
  catch?: K;
  /** One deadline for the whole wait; 365 days where absent. */
  timeout?: Duration;
}

export type Policy =
  | { policy?: 'ALL_SUCCEEDED'; toleratedFailures?: number; toleratedFailuresPercent?: number }
  | { policy: 'ALL_DONE' | 'ANY_DONE' | 'ANY_SUCCEEDED' }
  | { policy: 'QUORUM_SUCCEEDED'; quorum: number };

export type Wait<K extends string> = Next<K> & Policy & { cancelRest?: boolean };

/** The same for the code that sends it. */
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

/** Undefined for anything that is no transition. */
export function transitionSpec(value: unknown): TransitionSpec | undefined {
  return typeof value === 'object' && value !== null
    ? (value as { [SPEC]?: TransitionSpec })[SPEC]
    : undefined;
}
