import type { Effect } from './effect.ts';
import type { Operation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import type { EndedWait, Wait } from './wait.ts';

/** What the core may not find out by itself. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a terminal operation is kept where `created` does not say, in milliseconds. */
  readonly defaultTtl: number;
  /** The path of operations, ending where it began, that this `waiting` would close to a cycle. */
  readonly cycle?: readonly OperationName[];
}

export type IgnoredReason = 'TERMINAL' | 'SUPERSEDED' | 'NOT_WAITING' | 'DELETED';

/** A wait that begins, with its children; it has ended already where a cancel was asked for before. */
export interface BegunWait {
  readonly wait: Wait;
  /** Of all children, those of other services among them. */
  readonly childKeys: readonly string[];
}

export interface Applied {
  readonly outcome: 'applied';
  readonly next: Operation;
  readonly begun?: BegunWait;
  readonly ended?: EndedWait;
  readonly effects: readonly Effect[];
}

export interface Ignored {
  readonly outcome: 'ignored';
  readonly reason: IgnoredReason;
  /** Where the event has brought facts all the same: the operation with those merged. */
  readonly next?: Operation;
}

export type Transition = Applied | Ignored;

export function applied(
  next: Operation,
  rest: Partial<Pick<Applied, 'begun' | 'ended' | 'effects'>> = {},
): Applied {
  return { outcome: 'applied', next, effects: [], ...rest };
}
