import type { AllFields } from './all-fields.ts';
import type { DoneOutcome } from './child-outcome.ts';
import type { Effect } from './effect.ts';
import type { Operation } from './operation.ts';
import type { ChildrenStop } from './operation-facts.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, SameContent, Status } from './result.ts';
import type { NameHolder, SpawnedChild } from './spawn.ts';
import type { EndedWait, Wait } from './wait.ts';

/** A notification that no wait has taken. */
export interface KeptNotification {
  /** Counts the notifications of an operation in the order in which they were applied. */
  readonly position: number;
  readonly name: string;
}

/** The inputs of a transition besides the operation and the event. The core does no I/O and has no clock, so the caller passes them. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a terminal operation is kept if `created` does not say, in milliseconds. */
  readonly defaultTtl: number;
  /** A random number, at least 0 and less than 1. It spreads the retries. */
  readonly random: number;
  /** How long `sweep` leaves a due wait to its workflow, in milliseconds. 0 if there is no workflow. */
  readonly workflowGraceMs: number;
  /** The cycle that this `waiting` event would close: a path of operations that ends where it began. */
  readonly cycle?: readonly OperationName[];
  /** The existing operations that have the names of children that this `waiting` event spawns. */
  readonly nameHolders?: ReadonlyMap<OperationName, NameHolder>;
  /** Compares the inputs of children that this `waiting` event spawns again. */
  readonly sameContent: SameContent;
  /** The kept notifications in the order in which they were applied, if the event may end a wait. */
  readonly kept?: readonly KeptNotification[];
  /** The parent's order to its children to stop, if this `created` event names a parent that gave one. */
  readonly parentStop?: ChildrenStop;
  /** The parent whose `waiting` event has reserved the name of this operation for a child. */
  readonly reservedFor?: OperationName;
}

export type IgnoredReason =
  | 'TERMINAL'
  | 'SUPERSEDED'
  | 'NOT_WAITING'
  | 'DELETED'
  /** The attempt that the event names has ended, or another worker holds it. */
  | 'STALE_ATTEMPT';

/** What was due: the reason in the history of an `elapsed` event. */
export type ElapsedWhat =
  | 'LEASE_LOST'
  | 'SIGNAL_RESENT'
  | 'ATTEMPT_BEGUN'
  | 'DEADLINE'
  | 'CANCEL_TIMEOUT'
  | 'CATCH_TIMEOUT';

/** A wait that begins, with its children. If a cancel was requested before, the wait has already ended. */
export interface BegunWait {
  readonly wait: Wait;
  /** The keys of all children, those of other services included, in the order of the event. */
  readonly childKeys: readonly string[];
  /** The spawn keys of the children, by their names. They include children that already exist. */
  readonly spawnKeys: ReadonlyMap<string, string>;
  /** The children that have to be created. */
  readonly spawn: readonly SpawnedChild[];
  /** The children that were deleted: their outcome is NOT_FOUND from the beginning. */
  readonly gone: readonly OperationName[];
  /** The children that are done from the beginning: in a wait that a rerun takes over. */
  readonly done?: readonly DoneChild[];
  /** The notifications that such a wait has taken. */
  readonly taken?: readonly TakenOver[];
}

/** The response or the error that another service returned for a child. */
export type ChildResult = { readonly response: AnyValue } | { readonly error: Status };

export interface DoneChild {
  readonly key: string;
  readonly outcome: DoneOutcome;
  readonly result?: ChildResult;
}

/** A notification that the wait of the earlier operation took, and when: milliseconds since the epoch. */
export interface TakenOver extends NewNotification {
  readonly time: number;
}

/** A notification that is kept from now on, or was kept when the operation ended. */
export interface NewNotification {
  readonly name: string;
  readonly payload?: AnyValue;
}

/** The notifications that the end of a wait takes, by their positions. */
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
  /** The operation with the facts that an ignored event still brought, if it brought any. */
  readonly next?: Operation;
}

/** The event breaks a rule that depends on the state of the operation. */
export interface Rejected {
  readonly outcome: 'rejected';
  readonly field: string;
  readonly reason: string;
  readonly code: number;
}

/** Nothing is written, and the event leaves no dedupe record. */
export interface Unchanged {
  readonly outcome: 'unchanged';
  readonly reason?: IgnoredReason;
}

export type Transition = Applied | Ignored | Rejected | Unchanged;

const NOTHING_ELSE: Partial<Applied> = {};
const NO_EFFECTS: readonly Effect[] = [];

export function applied(
  next: Operation,
  rest: Partial<Omit<Applied, 'outcome' | 'next'>> = NOTHING_ELSE,
): Applied {
  return {
    outcome: 'applied',
    next,
    begun: rest.begun,
    ended: rest.ended,
    notified: rest.notified,
    taken: rest.taken,
    effects: rest.effects ?? NO_EFFECTS,
    what: rest.what,
    silent: rest.silent,
  } satisfies AllFields<Applied>;
}

export const UNCHANGED: Unchanged = { outcome: 'unchanged', reason: undefined };
