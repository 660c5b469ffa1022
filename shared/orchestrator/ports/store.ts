import type { ChildOutcome, DoneOutcome } from '../../lifecycle/child-outcome.ts';
import type { Waiters } from '../../lifecycle/cycle.ts';
import type { Effect, OutboxEntry } from '../../lifecycle/effect.ts';
import type { EventType } from '../../lifecycle/event.ts';
import type { ChildrenStop, Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type {
  BegunWait,
  ChildResult,
  ElapsedWhat,
  IgnoredReason,
  KeptNotification,
  NewNotification,
  TakenNotifications,
} from '../../lifecycle/outcome.ts';
import type { Tally } from '../../lifecycle/policy.ts';
import type { AnyValue, Status } from '../../lifecycle/result.ts';
import type { NameHolder, SpawnedChild } from '../../lifecycle/spawn.ts';
import type {
  EndedWait,
  FailedPolls,
  LaunchRefusal,
  OpenWait,
  Wait,
  WaitRef,
  WaitTerms,
} from '../../lifecycle/wait.ts';
import type { ListedOperation, ListQuery } from './list.ts';

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

/**
 * A line of an operation's history, which is also the dedupe record of its event. Times are milliseconds since the
 * epoch.
 */
export interface HistoryEntry {
  /** The dedupe key. The line of a rejected event has a different key, so that its event id stays unused. */
  readonly eventId: string;
  readonly type: EventType;
  readonly occurTime: number;
  readonly recordTime: number;
  readonly outcome: 'APPLIED' | 'IGNORED' | 'REJECTED';
  /** Why an event was ignored, or what was due. */
  readonly reason?: IgnoredReason | ElapsedWhat;
  /** The attempt that the event names, ended or began. */
  readonly attempt?: number;
  readonly worker?: string;
  readonly rejection?: Rejection;
}

export interface Rejection {
  /** The kind of the rejected event, as far as it could be read. */
  readonly type: string;
  readonly field: string;
  readonly reason: string;
}

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

/** A child of a wait: its name, or the key of an external operation. */
export interface Child {
  readonly key: string;
  readonly outcome: ChildOutcome;
  /** Only for children of other services, if the workflow passed it on. */
  readonly result?: ChildResult;
}

/** A child of a wait with everything that a parent sees of it. */
export interface ListedChild {
  /** Its position in the wait, from 0, in the order `spawn`, `childOperations`, `externalOperations`. */
  readonly position: number;
  /** The name, or the key of an external operation. */
  readonly key: string;
  /** The key of a spawned child within its parent. */
  readonly spawnKey?: string;
  readonly outcome: ChildOutcome;
  /**
   * The operation itself, if it belongs to this deployment and is neither deleted nor expired. It may have ended after
   * the wait did. Its result counts only if `outcome` says so.
   */
  readonly operation?: ChildView;
  /** The answer of the other service, for an external child. */
  readonly result?: ChildResult;
  /** Its result was left out because of `maxBytes`. */
  readonly resultOmitted?: true;
}

export interface ChildView {
  readonly method: string;
  readonly createTime: number;
  readonly completeTime?: number;
  readonly response?: AnyValue;
  readonly error?: Status;
  /** The result was left out because of `maxBytes`. */
  readonly omitted?: true;
}

/** A child without an outcome. */
export interface PendingChild {
  readonly key: string;
  /** Whether an operation of that name exists; false for a child of another service. */
  readonly exists: boolean;
}

export interface ChildrenPage {
  /** The position of the first child. */
  readonly from: number;
  readonly limit: number;
  /** Only children with this outcome. */
  readonly outcome?: ChildOutcome;
  /** The page ends before the results of its children exceed this size. The first child always has its result. */
  readonly maxBytes: number;
}

/** A part of the children that a wait spawns, which one transaction creates. */
export interface WaitPartRef extends WaitRef {
  readonly part: number;
}

export interface SpawnPart extends WaitPartRef {
  readonly children: readonly SpawnedChild[];
}

/** A notification that a wait has taken. */
export interface TakenNotification {
  readonly name: string;
  readonly payload?: AnyValue;
  /** When it was applied: milliseconds since the epoch. */
  readonly time: number;
}

/** A wait and its tally, from one snapshot. */
export interface WaitProgress {
  readonly wait: Wait;
  readonly tally: Tally;
  /** The names of the kept notifications. Empty if the wait needs none. */
  readonly keptNames: readonly string[];
}

/** The content of a RESUME of a wait that has ended, from one snapshot. */
export interface WaitSummary {
  readonly wait: Wait;
  readonly counts: Partial<Record<ChildOutcome, number>>;
  readonly first: readonly ListedChild[];
  readonly notifications: readonly TakenNotification[];
}

/** What `:inspect` shows, from one snapshot. It has at most MAX_INSPECTED outbox entries and reruns. */
export interface Inspection {
  readonly operation: Operation;
  /** The newest lines, newest first. */
  readonly history: readonly HistoryEntry[];
  /** The newest waits, newest first. */
  readonly waits: readonly InspectedWait[];
  readonly waitCount: number;
  readonly outbox: readonly OutboxEntry[];
  /** The operations that run this one again, newest first. */
  readonly reruns: readonly OperationName[];
}

export const MAX_INSPECTED = 100;

export interface InspectedWait {
  readonly wait: Wait;
  readonly counts: Partial<Record<ChildOutcome, number>>;
}

export interface Commit<C extends Change | undefined = Change | undefined> {
  readonly reads: Reads;
  readonly decide: (snapshot: Snapshot) => C;
}

export interface Committed<C> {
  readonly snapshot: Snapshot;
  readonly change: C;
}

/**
 * The port of the database that holds operations. Every method rejects with a Failure: `unavailable` or `conflict` if
 * it is temporary.
 *
 * Invariants:
 *  1. `commit` is serializable over all that it read, absent rows included. A child that ends while its parent begins to
 *     wait is seen by one of the two.
 *  2. The result of one read method is from one snapshot, however many rows it reads.
 */
export interface OperationStore {
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

  /**
   * Reads an operation, also a deleted one: see existing-operation.ts. With `maxAgeMs`, the answer may be up to that many milliseconds
   * old, so that the nearest replica can give it.
   */
  operation(name: OperationName, maxAgeMs?: number): Promise<Operation | undefined>;
  /** In one read. Operations that do not exist are left out. */
  operations(names: readonly OperationName[]): Promise<ReadonlyMap<OperationName, Operation>>;
  /** The newest `history` lines and `waits` waits. */
  inspection(
    name: OperationName,
    limits: { readonly history: number; readonly waits: number },
  ): Promise<Inspection | undefined>;
  /** The newest `limit` lines, newest first. */
  history(name: OperationName, limit: number): Promise<readonly HistoryEntry[]>;
  /** Active operations that name `parent` as theirs, after the name `after`, by name. */
  activeChildren(
    parent: OperationName,
    limit: number,
    after?: OperationName,
  ): Promise<readonly OperationName[]>;
  /** Operations that satisfy the condition, in the order of ListPosition, without deleted ones. */
  list(query: ListQuery): Promise<readonly ListedOperation[]>;

  wait(ref: WaitRef): Promise<Wait | undefined>;
  /** Waits of the operation, newest first, from index `from`. */
  waits(name: OperationName, from: number, limit: number): Promise<readonly InspectedWait[]>;
  /** The wait with its children counted up to `limits`. A limit of 0 costs nothing. */
  progress(ref: WaitRef, limits: (terms: WaitTerms) => Tally): Promise<WaitProgress | undefined>;
  /**
   * The first `limit` children in the order of the wait, with their results as long as these total at most `maxBytes`.
   * Later children have no result.
   */
  summary(ref: WaitRef, limit: number, maxBytes: number): Promise<WaitSummary | undefined>;
  /** Children in the order of the wait, as of its end if it has ended. undefined if the wait does not exist. */
  listChildren(ref: WaitRef, page: ChildrenPage): Promise<readonly ListedChild[] | undefined>;
  /** Children that are pending, after the key `after`, by key, and whether an operation of that name exists. */
  pendingChildren(ref: WaitRef, limit: number, after?: string): Promise<readonly PendingChild[]>;
  /** Sets the outcome of each of these children, unless the child has one or the wait has ended. */
  recordOutcomes(ref: WaitRef, children: readonly Child[]): Promise<void>;
  /**
   * Sets the outcome of each pending child whose operation is terminal or deleted: those that ended before the wait
   * began.
   */
  catchUpChildren(ref: WaitRef): Promise<void>;
  /**
   * The first part of the wait's spawn that is not created yet. Children that already have an outcome are left out:
   * they were created, and may have expired since.
   */
  nextSpawnPart(ref: WaitRef): Promise<SpawnPart | undefined>;
  /** Records that the children of the part exist. */
  markPartMade(part: WaitPartRef): Promise<void>;
  /**
   * Records the wait's workflow execution, or why there is none, and when to look at the wait next. Returns the updated
   * wait, or undefined if it no longer exists.
   */
  recordLaunch(
    ref: WaitRef,
    launch: { readonly execution: string } | { readonly refusal: LaunchRefusal },
    lookTime?: number,
  ): Promise<Wait | undefined>;
  /** Records which polls of an open wait currently fail. Does nothing if the wait has ended. */
  noteFailedPolls(ref: WaitRef, polls: FailedPolls): Promise<void>;
  /** Sets when `sweep` next looks at the open wait. Does nothing if the wait has ended. */
  postponeLook(wait: OpenWait, lookTime: number): Promise<void>;

  /** The effects of the operation that are not carried out yet. */
  outbox(name: OperationName): Promise<readonly OutboxEntry[]>;
  removeEffects(name: OperationName, effects: readonly Effect[]): Promise<void>;
  /** Records a failed try, or that the effect has to wait. `sweep` may try again at `due`. */
  postponeEffect(name: OperationName, effect: Effect, due: number): Promise<void>;

  /** Effects that are due at `now`, of any operation. */
  dueEffects(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** Operations of which something is due at `now` (dueTime of lifecycle/due.ts), the longest overdue first. */
  dueOperations(now: number, limit: number): Promise<readonly DueOperation[]>;
  /** Counts what is due at `now` and not done, and the open waits. Counts stop at `maxCount`; 0 leaves them out. */
  backlog(now: number, maxCount: number): Promise<Backlog>;
  /** The earliest time at which an effect or an operation is due, or undefined if there is none. */
  nextDueTime(): Promise<number | undefined>;
  /** Makes `sweep` skip an operation until `dueTime`, unless it has changed since it was found due. */
  postponeDue(due: DueOperation, dueTime: number): Promise<void>;
  /**
   * Records that `sweep` runs at `now`. Returns the start of the period in which it has run without a gap longer than
   * `maxGapMs`, in milliseconds since the epoch.
   */
  noteSweep(now: number, maxGapMs: number): Promise<number>;
  /** When `sweep` last ran: milliseconds since the epoch, or undefined if it never did. */
  lastSweepTime(): Promise<number | undefined>;
  /**
   * Removes operations whose expire time has come, with everything that belongs to them. An operation with outbox
   * entries stays until these are carried out. Bounded work per call. Returns whether more may be left to remove.
   */
  expire(now: number): Promise<boolean>;

  close(): Promise<void>;
}

export interface Backlog {
  readonly effects: number;
  readonly operations: number;
  /** The earliest due time of an effect: milliseconds since the epoch. Absent if no effect is due. */
  readonly oldestEffectTime?: number;
  /** The earliest due time of an operation: milliseconds since the epoch. Absent if no operation is due. */
  readonly oldestOperationTime?: number;
  readonly openWaits: number;
  /** The number of open waits that have a workflow execution. */
  readonly heldExecutions: number;
}

export interface DueOperation {
  readonly name: OperationName;
  readonly method: string;
  readonly dueTime: number;
}
