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
  ChildOutcome,
  DoneOutcome,
  EndedWait,
  FailedPolls,
  LaunchRefusal,
  OpenWait,
  Wait,
  WaitRef,
  WaitTerms,
} from '../../lifecycle/wait.ts';
import type { ListedOperation, ListQuery } from '../list-operations.ts';

/** What one transaction has to read, beside the operation itself. */
export interface Reads {
  readonly operation: OperationName;
  /** The dedupe key of the event: see dedupeKey of lifecycle/event.ts. Absent for a heartbeat, which has no history. */
  readonly eventId?: string;
  /** Read the waits that have this operation as a child: for events that may end it. */
  readonly waits?: boolean;
  /** Read who waits for this operation, over however many others: for events that begin a wait. */
  readonly waiters?: boolean;
  /** Read which operations have these names: for events that create children. */
  readonly names?: readonly OperationName[];
  /** Read whether this parent has ordered its children to stop, and its state: for events that create a child. */
  readonly parent?: OperationName;
  /** Read whether another operation's open spawn has taken the operation's name: for events that create it. */
  readonly reservation?: boolean;
  /** Read the notifications that no wait has taken: for events that may end a wait. */
  readonly kept?: boolean;
}

export interface Snapshot {
  readonly operation?: Operation;
  /** The history has the event already. */
  readonly duplicate: boolean;
  /**
   * The open waits in which this operation is a child that is pending, at most MAX_FINISHED_WAITS of them. Empty unless
   * asked for.
   */
  readonly waits: readonly WaitRef[];
  /** There are more of them: the event that ends the operation leaves them to the effect `finishWaits`. */
  readonly moreWaits: boolean;
  /** Empty unless asked for. */
  readonly waiters: Waiters;
  /** Of the names that were asked for, those that an operation has, deleted ones among them. */
  readonly nameHolders: ReadonlyMap<OperationName, NameHolder>;
  /** Absent unless asked for, and where the parent does not exist. */
  readonly parent?: ParentState;
  /** The parent whose spawn has taken the name and has not created the operation yet. */
  readonly reservedFor?: OperationName;
  /** The first applied first. Empty unless asked for. */
  readonly kept: readonly KeptNotification[];
}

export interface ParentState {
  readonly state: Operation['state'];
  readonly childrenStop?: ChildrenStop;
}

/**
 * In so many waits one commit gives a child its outcome: each takes about 14 of the 80,000 mutations that a commit of
 * Spanner may hold.
 */
export const MAX_FINISHED_WAITS = 1_000;

/** A line of an operation's history, which is also what tells a duplicate. Times are milliseconds since the epoch. */
export interface HistoryEntry {
  /** The dedupe key. A rejected event has a key of its own: its line does not use up its event id. */
  readonly eventId: string;
  readonly type: EventType;
  readonly occurTime: number;
  readonly recordTime: number;
  readonly outcome: 'APPLIED' | 'IGNORED' | 'REJECTED';
  /** Why an event was ignored, or what the clock brought. */
  readonly reason?: IgnoredReason | ElapsedWhat;
  /** The attempt that the event names, or that it ended or began. */
  readonly attempt?: number;
  readonly worker?: string;
  readonly rejection?: Rejection;
}

export interface Rejection {
  /** The type of the event that was rejected, as far as it could be read. */
  readonly type: string;
  readonly field: string;
  readonly reason: string;
}

/** What one transaction writes. All of it is committed, or nothing. */
export interface Change {
  readonly operation: Operation;
  /** Absent for a heartbeat, and for what the effect `finishWaits` carries out: both are no event of the history. */
  readonly history?: HistoryEntry;
  readonly begun?: BegunWait;
  readonly ended?: EndedWait;
  /** The waits in which this operation, as a child, is now done with `outcome`. */
  readonly finished?: { readonly waits: readonly WaitRef[]; readonly outcome: DoneOutcome };
  readonly notified?: NewNotification;
  readonly taken?: TakenNotifications;
  readonly effects: readonly Effect[];
  /** When `sweep` may take the effects over: until then the call that committed them carries them out. */
  readonly effectsDue: number;
}

/** One child of a wait: its name, or the key of an external operation. */
export interface Child {
  readonly key: string;
  readonly outcome: ChildOutcome;
  /** Of children of other services only, where the workflow handed it over. */
  readonly result?: ChildResult;
}

/** A child of a wait with all that a parent is told of it. */
export interface ListedChild {
  /** Its place in the wait, from 0 on: in the order of `spawn`, `childOperations`, `externalOperations`. */
  readonly position: number;
  /** The name, or the key of an external operation. */
  readonly key: string;
  /** What names a spawned child within its parent. */
  readonly spawnKey?: string;
  readonly outcome: ChildOutcome;
  /**
   * The operation itself, where it is of this deployment and neither deleted nor expired. It may have ended after the wait
   * did: its result counts only where `outcome` says so.
   */
  readonly operation?: ChildView;
  /** What the other service said, of an external child. */
  readonly result?: ChildResult;
  /** That was left out because of `maxBytes`. */
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

/** A child that has no outcome. */
export interface PendingChild {
  readonly key: string;
  /** Whether an operation of that name exists; false for a child of another service. */
  readonly exists: boolean;
}

export interface ChildrenPage {
  /** The position of the first child. */
  readonly from: number;
  readonly limit: number;
  /** Only those with this outcome. */
  readonly outcome?: ChildOutcome;
  /** The page ends early once the results of its children are larger together; the first child always has its own. */
  readonly maxBytes: number;
}

/** A part of the children that a wait spawns: those that are created in one transaction. */
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

/** A wait, and how far it is, as of one moment. */
export interface WaitProgress {
  readonly wait: Wait;
  readonly tally: Tally;
  /** The names of the notifications that are kept; empty where the wait needs none. */
  readonly keptNames: readonly string[];
}

/** What a RESUME says of a wait that has ended, as of one moment. */
export interface WaitSummary {
  readonly wait: Wait;
  readonly counts: Partial<Record<ChildOutcome, number>>;
  readonly first: readonly ListedChild[];
  readonly notifications: readonly TakenNotification[];
}

/** What `:inspect` shows, as of one moment. Of the outbox and of the reruns at most MAX_INSPECTED. */
export interface Inspection {
  readonly operation: Operation;
  /** The newest lines, newest first. */
  readonly history: readonly HistoryEntry[];
  /** The newest waits, newest first. */
  readonly waits: readonly InspectedWait[];
  readonly waitCount: number;
  readonly outbox: readonly OutboxEntry[];
  /** The operations that run this one again, the newest first. */
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
 * Where operations live. Every method rejects with a Failure: `unavailable` or `conflict` for what may pass.
 *
 * Invariants:
 *  1. `commit` is serializable over all that it read, absent rows included. A child that ends while its parent begins to
 *     wait is seen by one of the two.
 *  2. What one read method returns is as of one moment, however many rows it reads.
 */
export interface OperationStore {
  /**
   * Runs `decide` on a snapshot and commits what it returns, in one read-write transaction; undefined changes nothing.
   * `decide` is pure and may run again on a fresh snapshot; what it throws ends the transaction and is passed on.
   */
  commit<C extends Change | undefined>(
    reads: Reads,
    decide: (snapshot: Snapshot) => C,
  ): Promise<Committed<C>>;
  /**
   * The same for several operations, none twice, in as few transactions as fit: at best all in one. Each is all or
   * nothing; those before one that rejects may be committed.
   */
  commitAll<C extends Change | undefined>(commits: readonly Commit<C>[]): Promise<readonly Committed<C>[]>;

  /**
   * A deleted one as well: see existing-operation.ts. With `maxAgeMs` it may be as it was that many milliseconds ago, which a
   * replica that is near can say.
   */
  operation(name: OperationName, maxAgeMs?: number): Promise<Operation | undefined>;
  /** In one read; those that do not exist are left out. */
  operations(names: readonly OperationName[]): Promise<ReadonlyMap<OperationName, Operation>>;
  /** The newest `history` lines and `waits` waits. */
  inspection(
    name: OperationName,
    limits: { readonly history: number; readonly waits: number },
  ): Promise<Inspection | undefined>;
  /** The newest `limit` lines, newest first. */
  history(name: OperationName, limit: number): Promise<readonly HistoryEntry[]>;
  /** Operations that are not terminal and name `parent` as theirs, after the name `after`, by name. */
  activeChildren(
    parent: OperationName,
    limit: number,
    after?: OperationName,
  ): Promise<readonly OperationName[]>;
  /** Operations that the condition is true of, in the order of ListPosition; none that is deleted. */
  list(query: ListQuery): Promise<readonly ListedOperation[]>;

  wait(ref: WaitRef): Promise<Wait | undefined>;
  /** Waits of the operation, the newest first, from the `from`th on. */
  waits(name: OperationName, from: number, limit: number): Promise<readonly InspectedWait[]>;
  /** The wait with its children counted as far as `limits` says; a limit of 0 costs nothing. */
  progress(ref: WaitRef, limits: (terms: WaitTerms) => Tally): Promise<WaitProgress | undefined>;
  /**
   * The first `limit` children in the order of the wait, with their results as long as those are not larger together than
   * `maxBytes`; the children behind have no result.
   */
  summary(ref: WaitRef, limit: number, maxBytes: number): Promise<WaitSummary | undefined>;
  /** Children in the order of the wait, as of its end where it has ended; undefined where there is no such wait. */
  listChildren(ref: WaitRef, page: ChildrenPage): Promise<readonly ListedChild[] | undefined>;
  /** Children that are pending after the key `after`, by key, with whether an operation of that name exists. */
  pendingChildren(ref: WaitRef, limit: number, after?: string): Promise<readonly PendingChild[]>;
  /** Gives each of these children its outcome, unless it has one or the wait has ended. */
  recordOutcomes(ref: WaitRef, children: readonly Child[]): Promise<void>;
  /** Gives each pending child its outcome whose operation is terminal or deleted: those that ended before the wait began. */
  catchUpChildren(ref: WaitRef): Promise<void>;
  /**
   * The first part of the wait's spawn that is not made. Children that have an outcome already are left out: they were
   * made, and may have expired since.
   */
  nextSpawnPart(ref: WaitRef): Promise<SpawnPart | undefined>;
  /** The children of the part exist. */
  markPartMade(part: WaitPartRef): Promise<void>;
  /**
   * Remembers the wait's workflow execution, or why there is none, and when to look at the wait next; the wait as it is
   * then, or undefined where it is gone.
   */
  recordLaunch(
    ref: WaitRef,
    launch: { readonly execution: string } | { readonly refusal: LaunchRefusal },
    lookTime?: number,
  ): Promise<Wait | undefined>;
  /** Remembers which polls of an open wait fail at present; nothing where it has ended. */
  noteFailedPolls(ref: WaitRef, polls: FailedPolls): Promise<void>;
  /** Sets when `sweep` looks at the open wait next; nothing where it has ended. */
  postponeLook(wait: OpenWait, lookTime: number): Promise<void>;

  /** The effects of the operation that are not carried out yet. */
  outbox(name: OperationName): Promise<readonly OutboxEntry[]>;
  removeEffects(name: OperationName, effects: readonly Effect[]): Promise<void>;
  /** Notes a failed attempt, or that it has to wait: `sweep` may try again at `due`. */
  postponeEffect(name: OperationName, effect: Effect, due: number): Promise<void>;

  /** Effects that are due at `now`, of any operation. */
  dueEffects(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  /** Operations of which something is due at `now` (dueTime of lifecycle/due.ts), the longest overdue first. */
  dueOperations(now: number, limit: number): Promise<readonly DueOperation[]>;
  /** What is due at `now` and not done, and how many waits are open. Counts end at `maxCount`; 0 leaves them out. */
  backlog(now: number, maxCount: number): Promise<Backlog>;
  /** The earliest time at which an effect or an operation is due; undefined where nothing is. */
  nextDueTime(): Promise<number | undefined>;
  /** Has `sweep` leave an operation alone until `dueTime`, unless something has changed since it was found due. */
  postponeDue(due: DueOperation, dueTime: number): Promise<void>;
  /**
   * Notes that `sweep` runs at `now`; since when it has run without a gap of more than `maxGapMs`, in milliseconds since
   * the epoch.
   */
  noteSweep(now: number, maxGapMs: number): Promise<number>;
  /** When `sweep` ran last: milliseconds since the epoch; undefined where it never did. */
  lastSweepTime(): Promise<number | undefined>;
  /**
   * Lets go of operations whose expire time has come, with all that belongs to them. One of which something is left in the
   * outbox stays until that is carried out. Bounded work a call; whether there may be more to let go of.
   */
  expire(now: number): Promise<boolean>;

  close(): Promise<void>;
}

export interface Backlog {
  readonly effects: number;
  readonly operations: number;
  /** The earliest due time among them: milliseconds since the epoch. Absent where nothing is due. */
  readonly oldestEffectTime?: number;
  readonly oldestOperationTime?: number;
  readonly openWaits: number;
  /** Those of the open waits that a workflow execution holds. */
  readonly heldExecutions: number;
}

export interface DueOperation {
  readonly name: OperationName;
  readonly method: string;
  readonly dueTime: number;
}
