import type { Effect } from './effect.ts';
import type { ChildrenStop, Operation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { NameHolder, SpawnedChild } from './spawn.ts';
import type { DoneOutcome, EndedWait, Wait } from './wait.ts';

/** A notification that no wait has taken. */
export interface KeptNotification {
  /** Counts the notifications of an operation in the order in which they were applied. */
  readonly position: number;
  readonly name: string;
}

/** What the core is told, because it has no I/O and no clock. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a terminal operation is kept where `created` does not say, in milliseconds. */
  readonly defaultTtl: number;
  /** At least 0 and less than 1: spreads the retries. */
  readonly random: number;
  /** How long the workflow of a wait has to do what `sweep` does otherwise, in milliseconds; 0 where there is none. */
  readonly workflowGraceMs: number;
  /** The path of operations, ending where it began, that this `waiting` would close to a cycle. */
  readonly cycle?: readonly OperationName[];
  /** The operations that have the names of the children that this `waiting` creates. */
  readonly nameHolders?: ReadonlyMap<OperationName, NameHolder>;
  /** The notifications that are kept, the first applied first, where the event may end a wait. */
  readonly kept?: readonly KeptNotification[];
  /** The parent's order to its children to stop, where this `created` names a parent that gave one. */
  readonly parentStop?: ChildrenStop;
  /** The parent's `waiting` event has taken the name of this operation for a child that it creates itself. */
  readonly reservedFor?: OperationName;
}

export type IgnoredReason =
  | 'TERMINAL'
  | 'SUPERSEDED'
  | 'NOT_WAITING'
  | 'DELETED'
  /** The attempt that the event names has ended, or another worker holds it. */
  | 'STALE_ATTEMPT';

/** What the clock brought: the reason in the history of an `elapsed` event. */
export type ElapsedWhat =
  | 'LEASE_LOST'
  | 'SIGNAL_RESENT'
  | 'ATTEMPT_BEGUN'
  | 'DEADLINE'
  | 'CANCEL_TIMEOUT'
  | 'CATCH_TIMEOUT';

/** A wait that begins, with its children; it has ended already where a cancel was asked for before. */
export interface BegunWait {
  readonly wait: Wait;
  /** Of all children in the order in which the event names them, those of other services among them. */
  readonly childKeys: readonly string[];
  /** What names the children that the event spawns within their parent, by their names; those that exist among them. */
  readonly spawnKeys: ReadonlyMap<string, string>;
  /** Those among them that have to be created. */
  readonly spawn: readonly SpawnedChild[];
  /** Names that were deleted: their outcome is NOT_FOUND from the beginning. */
  readonly gone: readonly OperationName[];
  /** Children that are done from the beginning: those of a wait that an operation takes over from an earlier one. */
  readonly done?: readonly DoneChild[];
  /** Notifications that such a wait has taken. */
  readonly taken?: readonly TakenOver[];
}

/** What another service said of a child beside its outcome. */
export type ChildResult = { readonly response: AnyValue } | { readonly error: Status };

export interface DoneChild {
  readonly key: string;
  readonly outcome: DoneOutcome;
  readonly result?: ChildResult;
}

/** A notification that the wait of an earlier operation took, at that time: milliseconds since the epoch. */
export interface TakenOver extends NewNotification {
  readonly time: number;
}

/** A notification that is kept from now on, or was when the operation ended. */
export interface NewNotification {
  readonly name: string;
  readonly payload?: AnyValue;
}

/** Notifications that the end of a wait takes, by their positions. */
export interface TakenNotifications {
  readonly waitId: string;
  readonly positions: readonly number[];
}

export interface Applied {
  readonly outcome: 'applied';
  readonly next: Operation;
  readonly begun?: BegunWait;
  readonly ended?: EndedWait;
  readonly notified?: NewNotification;
  readonly taken?: TakenNotifications;
  readonly effects: readonly Effect[];
  readonly what?: ElapsedWhat;
  /** A heartbeat leaves no line in the history. */
  readonly silent?: true;
}

export interface Ignored {
  readonly outcome: 'ignored';
  readonly reason: IgnoredReason;
  /** Where the event has brought facts all the same: the operation with those merged. */
  readonly next?: Operation;
}

/** The event breaks a rule that only the state of the operation shows. */
export interface Rejected {
  readonly outcome: 'rejected';
  readonly field: string;
  readonly reason: string;
  readonly code: number;
}

/** Nothing is to be written, and the event is not remembered. */
export interface Unchanged {
  readonly outcome: 'unchanged';
  readonly reason?: IgnoredReason;
}

export type Transition = Applied | Ignored | Rejected | Unchanged;

export function applied(next: Operation, rest: Partial<Omit<Applied, 'outcome' | 'next'>> = {}): Applied {
  return { outcome: 'applied', next, effects: [], ...rest };
}

export const UNCHANGED: Unchanged = { outcome: 'unchanged' };
