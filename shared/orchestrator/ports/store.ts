import type { Waiters } from '../../lifecycle/cycle.ts';
import type { Effect, OutboxEntry } from '../../lifecycle/effect.ts';
import type { EventType } from '../../lifecycle/event.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { BegunWait, IgnoredReason } from '../../lifecycle/outcome.ts';
import type { ChildOutcome, DoneOutcome, EndedWait, Tally, Wait, WaitRef } from '../../lifecycle/wait.ts';
import type { ListedOperation, ListQuery } from '../list-operations.ts';

/** What one transaction has to read. Its event's id is the dedupe key within the operation. */
export interface Reads {
  readonly operation: OperationName;
  readonly eventId: string;
  /** Read the waits that have this operation as a child: for events that may end it. */
  readonly waits?: boolean;
  /** Read who waits for this operation, over however many others: for events that begin a wait. */
  readonly waiters?: boolean;
}

export interface Snapshot {
  readonly operation?: Operation;
  /** The history has the event already. */
  readonly duplicate: boolean;
  /** The open waits in which this operation is a child that is pending. Empty unless asked for. */
  readonly waits: readonly WaitRef[];
  /** Empty unless asked for. */
  readonly waiters: Waiters;
}

/** A line of an operation's history, which is also what tells a duplicate. Times are milliseconds since the epoch. */
export interface HistoryEntry {
  readonly eventId: string;
  readonly type: EventType;
  readonly occurTime: number;
  readonly recordTime: number;
  readonly outcome: 'APPLIED' | 'IGNORED';
  readonly reason?: IgnoredReason;
}

/** What one transaction writes. All of it is committed, or nothing. */
export interface Change {
  readonly operation: Operation;
  readonly history: HistoryEntry;
  readonly begun?: BegunWait;
  readonly ended?: EndedWait;
  /** The waits in which this operation, as a child, is now done with `outcome`. */
  readonly finished?: { readonly waits: readonly WaitRef[]; readonly outcome: DoneOutcome };
  readonly effects: readonly Effect[];
  /** When `sweep` may take the effects over: until then the call that committed them carries them out. */
  readonly effectsDue: number;
}

/** One child of a wait: its name, or the key of an external operation. */
export interface Child {
  readonly key: string;
  readonly outcome: ChildOutcome;
}

/**
 * Where operations live. Every method rejects with a Failure: `unavailable` or `conflict` for what may pass.
 *
 * Invariant: `commit` is serializable over all that it read, absent rows included. A child that ends while its parent
 * begins to wait is seen by one of the two.
 */
export interface OperationStore {
  /**
   * Runs `decide` on a snapshot and commits what it returns, in one read-write transaction; undefined changes nothing.
   * `decide` is pure and may run again on a fresh snapshot; what it throws ends the transaction and is passed on.
   */
  commit<C extends Change | undefined>(
    reads: Reads,
    decide: (snapshot: Snapshot) => C,
  ): Promise<{ readonly snapshot: Snapshot; readonly change: C }>;

  /** A deleted one as well: see existing-operation.ts. */
  operation(name: OperationName): Promise<Operation | undefined>;
  /** The newest `limit` lines, newest first. */
  history(name: OperationName, limit: number): Promise<readonly HistoryEntry[]>;
  /** Every wait of the operation, in the order in which they began. */
  waitsOf(name: OperationName): Promise<readonly Wait[]>;
  /** Operations that are not terminal and name `parent` as theirs, after the name `after`, by name. */
  activeChildren(
    parent: OperationName,
    limit: number,
    after?: OperationName,
  ): Promise<readonly OperationName[]>;
  /** Operations that the condition is true of, in the order of ListPosition; none that is deleted. */
  list(query: ListQuery): Promise<readonly ListedOperation[]>;

  wait(ref: WaitRef): Promise<Wait | undefined>;
  /** Counts children up to the limits; a limit of 0 costs nothing. */
  tally(ref: WaitRef, limits: Tally): Promise<Tally>;
  /** Children after the key `after`, by key. */
  children(ref: WaitRef, limit: number, after?: string): Promise<readonly Child[]>;
  outcomeCounts(ref: WaitRef): Promise<Partial<Record<ChildOutcome, number>>>;
  /** Gives each of these children its outcome, unless it has one. */
  recordOutcomes(ref: WaitRef, children: readonly Child[]): Promise<void>;
  /** Gives each pending child its outcome whose operation is terminal or deleted: those that ended before the wait began. */
  catchUpChildren(ref: WaitRef): Promise<void>;
  /** Remembers the wait's workflow execution; the wait as it is then, or undefined where it is gone. */
  recordExecution(ref: WaitRef, execution: string): Promise<Wait | undefined>;

  /** The effects of the operation that are not carried out yet. */
  outbox(name: OperationName): Promise<readonly OutboxEntry[]>;
  removeEffects(name: OperationName, effects: readonly Effect[]): Promise<void>;
  /** Notes a failed attempt: `sweep` may try again at `due`. */
  postponeEffect(name: OperationName, effect: Effect, due: number): Promise<void>;

  /** Effects that are due at `now`, of any operation. */
  dueEffects(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** Open waits whose deadline is before `now`. */
  overdueWaits(now: number, limit: number): Promise<readonly WaitRef[]>;

  close(): Promise<void>;
}
