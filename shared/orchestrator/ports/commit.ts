/** The transaction of the store that changes operations: what it reads, and what it writes. */
import type { DoneOutcome } from '../../lifecycle/child-outcome.ts';
import type { Waiters } from '../../lifecycle/cycle.ts';
import type { Effect } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { ChildrenStop } from '../../lifecycle/operation-facts.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type {
  BegunWait,
  KeptNotification,
  NewNotification,
  TakenNotifications,
} from '../../lifecycle/outcome.ts';
import type { NameHolder } from '../../lifecycle/spawn.ts';
import type { EndedWait, WaitRef } from '../../lifecycle/wait.ts';
import type { HistoryEntry } from './history-entry.ts';
import type { WaitProgress } from './waits.ts';

/** What a transaction has to read besides the operation itself. */
export interface Reads {
  readonly operation: OperationName;
  /** The dedupe key of the event: see dedupeKey of lifecycle/event.ts. Absent for a heartbeat, which has no history. */
  readonly eventId?: string;
  /** Read the waits that have this operation as a child: for events that may end it. */
  readonly waits?: boolean;
  /** Read who waits for this operation, directly or through others: for events that begin a wait. */
  readonly waiters?: boolean;
  /** Read which operations have these names: for events that spawn children. */
  readonly names?: readonly OperationName[];
  /** Read whether this parent has ordered its children to stop, and its state: for events that create a child. */
  readonly parent?: OperationName;
  /** Read whether another operation's open spawn has reserved the operation's name: for events that create it. */
  readonly reservation?: boolean;
  /** Read the notifications that no wait has taken: for events that may end a wait. */
  readonly kept?: boolean;
}

export interface Snapshot {
  readonly operation?: Operation;
  /** Whether the history has the event already. */
  readonly duplicate: boolean;
  /**
   * The open waits in which this operation is a pending child, at most MAX_FINISHED_WAITS of them. Empty unless asked
   * for.
   */
  readonly waits: readonly WaitRef[];
  /** Whether there are more of them: the event that ends the operation leaves those to the effect `finishWaits`. */
  readonly moreWaits: boolean;
  /** Empty unless asked for. */
  readonly waiters: Waiters;
  /** The operations among the names that were asked for, including deleted ones. */
  readonly nameHolders: ReadonlyMap<OperationName, NameHolder>;
  /** Absent unless asked for, or if the parent does not exist. */
  readonly parent?: ParentState;
  /** The parent whose spawn has reserved the name and has not created the operation yet. */
  readonly reservedFor?: OperationName;
  /** Oldest first. Empty unless asked for. */
  readonly kept: readonly KeptNotification[];
}

export interface ParentState {
  readonly state: Operation['state'];
  readonly childrenStop?: ChildrenStop;
}

/**
 * The number of waits in which one commit gives a child its outcome: each takes about 14 of the 80,000 mutations that a
 * commit of Spanner may hold.
 */
export const MAX_FINISHED_WAITS = 1_000;

/** The writes of one transaction. All of them are committed, or none. */
export interface Change {
  readonly operation: Operation;
  /** Absent for a heartbeat, and for the effect `finishWaits`: neither has a history line. */
  readonly history?: HistoryEntry;
  readonly begun?: BegunWait;
  readonly ended?: EndedWait;
  /** The waits in which this operation, as a child, is now done with `outcome`. */
  readonly finished?: { readonly waits: readonly WaitRef[]; readonly outcome: DoneOutcome };
  readonly notified?: NewNotification;
  readonly taken?: TakenNotifications;
  readonly effects: readonly Effect[];
  /** When `sweep` may take over the effects. Until then the call that committed them carries them out. */
  readonly effectsDue: number;
}

export interface Commit<C extends Change | undefined = Change | undefined> {
  readonly reads: Reads;
  readonly decide: (snapshot: Snapshot) => C;
}

export interface Committed<C> {
  readonly snapshot: Snapshot;
  readonly change: C;
  /**
   * The progress of the one wait in which the change finishes a child, with the child's outcome counted. Absent unless the
   * store could read it while it committed, and no other child was pending then.
   */
  readonly progress?: WaitProgress;
  /**
   * Whether this call may itself have committed the event that `snapshot.duplicate` is about: the answer to an earlier commit of the call was
   * lost, and the call has repeated it. No other call may know that its effects have to be carried out.
   */
  readonly mayBeOwn?: boolean;
}

/**
 * Writes operations.
 *
 * Invariant: `commit` is serializable over all that it read, absent rows included. A child that ends while its parent begins to
 * wait is seen by one of the two.
 */
export interface OperationCommits {
  /**
   * Runs `decide` on a snapshot and commits what it returns, in one read-write transaction. undefined changes nothing.
   * `decide` is pure and may run again on a fresh snapshot. An error that it throws ends the transaction and is passed
   * on.
   */
  commit<C extends Change | undefined>(
    reads: Reads,
    decide: (snapshot: Snapshot) => C,
  ): Promise<Committed<C>>;
  /**
   * The same as `commit` for several distinct operations, in as few transactions as possible, at best one. Each operation is
   * committed completely or not at all. Those before a rejected one may be committed.
   */
  commitAll<C extends Change | undefined>(commits: readonly Commit<C>[]): Promise<readonly Committed<C>[]>;
}
