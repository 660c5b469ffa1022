import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';
import { Lead } from './lead.ts';

/**
 * Writes, and returns the value that the caller gets once the write is durable. It runs again if the commit has to be
 * repeated.
 */
type Task<T> = () => T;

/** Takes part in every transaction, besides the tasks. */
export interface Participant {
  /** Called when the transaction has begun. */
  begin?(): void;
  /**
   * Writes what tasks have left to the end of their transaction, because it costs less together. Called before the commit, and
   * earlier for those who look for it; it may then be called again.
   */
  end?(): void;
  /** Called when the transaction is committed. It may not be on disk yet. */
  committed?(): void;
  /**
   * Called when the transaction was rolled back. `isLed`: with decisions ahead of the commit, so that what was noted on their
   * account is void as well. Tasks of others may be committed before those who are ahead learn of it.
   */
  rolledBack?(isLed: boolean): void;
  /** The synchronization of all that is committed begins. */
  syncing?(): void;
  /** That is on disk. */
  synced?(): void;
}

/** Who is answered once a transaction is on disk. */
interface Caller {
  value: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A task whose caller waits: for the disk, or only for the commit. */
interface Waiting extends Caller {
  readonly task: Task<unknown>;
  readonly durable: boolean;
}

/** The transaction under way: it stays open from the first task that is run at once until the event loop has gone round. */
interface Transaction {
  /** The tasks that have run in it and whose callers wait, in their order. */
  readonly waiting: Waiting[];
  /** Those who have read what it wrote. */
  readonly readers: Caller[];
  /** How many tasks have run in it. */
  tasks: number;
  /** Whether the caller of one of them has gone on already. */
  isLed: boolean;
}

/** Whose place it takes in a synchronization that no caller waits for. */
const NOBODY: Caller = { value: undefined, resolve: () => {}, reject: () => {} };

/** How many waiting tasks a transaction runs at most: nothing else has a turn while it does. */
const MAX_TASKS = 512;

/**
 * How many tasks are run in a transaction that stays open, at most. The more there are, the less of what they leave to its end is
 * still to be written then; and all of that is written in one turn of the event loop.
 */
const MAX_OPEN_TASKS = 4_096;

/**
 * Group commit. Writes that arrive while the event loop or the disk is busy share one transaction and one synchronization
 * with the disk, which costs more than all of them. The event loop goes on while the disk works.
 *
 *   waiting ──flush──▶ committed ──sync──▶ answered
 *
 * Tasks wait for the flush, so that the database is locked only while they run. Those that are run at once, for what follows from
 * them at once, open the transaction, and lock out other writers until the flush.
 *
 * Invariants:
 *  1. No promise of `run` resolves before the transaction with its task's writes is on disk.
 *  2. Tasks run in the order in which they come, each on what the ones before it wrote, on disk or not: the log has
 *     the transactions in their order, so that what a crash takes is always the newest of them.
 *  3. A task that fails spoils no other: where it has written before it failed, the transaction is rolled back, and each task
 *     whose caller waits gets a transaction of its own.
 *  4. After a failed synchronization nothing is accepted and nothing is read until the file is opened again: what is visible
 *     and what is on disk may differ from then on.
 *  5. What `lead` has decided ahead of its commit is void once the transaction is rolled back: the lead has ended then.
 *  6. SQLite rolls back by itself on some faults, also on that of a read. Nothing is run, read or committed on what is left of such a
 *     transaction.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #participants: Participant[] = [];
  #waiting: Waiting[] = [];
  #open: Transaction | undefined;
  #committed: Caller[] = [];
  /** The callers of the synchronization that is under way. */
  #syncing: Caller[] | undefined;
  #isFlushSet = false;
  #lead = new Lead();
  #broken: Failure | undefined;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Lets `part` take part in each transaction from now on. */
  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  run<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, true);
  }

  /** The same, and the task has run when the call returns. */
  runAtOnce<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, true, true);
  }

  /**
   * The same for a write that a power failure may lose, because it is repeated then. Resolves once the write is committed;
   * the end of the process does not lose it. A later commit is on disk only after this one.
   */
  runRepeatable<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, false);
  }

  /**
   * Under which decisions go on from what is not committed yet. It ends with the first transaction that is rolled back with such
   * a decision in it.
   */
  get lead(): Lead {
    return this.#lead;
  }

  /**
   * Runs the task and returns what it gives, before it is committed. Nothing that follows from it may leave the process before
   * `durable` has resolved.
   *
   * @throws Failure where the lead has ended, also by the commit of a full transaction, and what the task throws
   */
  runAhead<T>(lead: Lead, task: Task<T>): T {
    lead.require();
    this.#requireUsable();
    const transaction = this.#begunInOrder();
    // What came before may have had the transaction rolled back.
    lead.require();
    const before = this.#connection.writes();
    transaction.isLed = true;
    let value: T;
    try {
      value = task();
    } catch (error) {
      if (!this.#isAsBefore(before)) this.#undo(error, true);
      throw toFailure(error);
    }
    this.#count(transaction);
    lead.require();
    return value;
  }

  /** @throws Failure where the lead has ended: what can be read is not what was decided */
  requireLead(lead: Lead): void {
    this.#intact();
    lead.require();
  }

  /** Whether a synchronization has failed. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Writes what tasks have left to the end of the transaction under way: a read that looks for it finds it then. */
  settle(): void {
    if (!this.#open) return;
    for (const participant of this.#participants) participant.end?.();
  }

  /** Commits the transaction under way, or what has waited longest. */
  flush(): void {
    if (!this.#intact() && this.#waiting.length > 0) this.#runGroup();
    if (this.#open) this.#commit();
  }

  /**
   * Resolves once everything that can be read now is on disk, or returns undefined if it is already. A read must not be
   * answered before: a crash could undo what was read.
   *
   * @throws Failure after a failed synchronization, and where the transaction that was read has been rolled back
   */
  durable(): Promise<void> | undefined {
    const read = this.#open;
    if (read && !this.#intact()) throw rolledBackFailure();
    if (this.#broken) throw this.#broken;
    // What is under way has all that was committed before it began.
    const awaited = this.#open?.readers ?? (this.#committed.length > 0 ? this.#committed : this.#syncing);
    if (!awaited) return undefined;
    return new Promise((resolve, reject) => {
      awaited.push({ value: undefined, resolve: () => resolve(), reject });
    });
  }

  close(): void {
    do this.flush();
    while (this.#waiting.length > 0);
    this.#closed = true;
  }

  #enter<T>(task: Task<T>, durable: boolean, atOnce = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#broken || this.#closed) {
        reject(this.#broken ?? closedFailure());
        return;
      }
      const entered: Waiting = {
        task,
        durable,
        value: undefined,
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      const open = this.#intact();
      if (open) {
        this.#perform(open, entered);
        return;
      }
      this.#waiting.push(entered);
      if (atOnce) while (this.#waiting.length > 0) this.#runGroup();
      // While the disk is busy with the group before, no caller would be answered sooner by a commit.
      else if (this.#waiting.length === 1 && !this.#syncing) this.#flushSoon();
    });
  }

  /** Runs as much of what waits as a transaction takes; rejects it where none can begin. */
  #runGroup(): void {
    const group = this.#waiting.splice(0, MAX_TASKS);
    let transaction: Transaction;
    try {
      transaction = this.#begun();
    } catch (error) {
      const failure = toFailure(error);
      for (const { reject } of group) reject(failure);
      return;
    }
    for (const [index, one] of group.entries()) {
      if (this.#open !== transaction) {
        // A task before has had it rolled back.
        this.#waiting = [...group.slice(index), ...this.#waiting];
        return;
      }
      this.#perform(transaction, one);
    }
  }

  #perform(transaction: Transaction, waiting: Waiting): void {
    const before = this.#connection.writes();
    try {
      waiting.value = waiting.task();
    } catch (error) {
      if (this.#isAsBefore(before)) {
        waiting.reject(toFailure(error));
      } else {
        transaction.waiting.push(waiting);
        this.#undo(error, true);
      }
      return;
    }
    transaction.waiting.push(waiting);
    this.#count(transaction);
  }

  #requireUsable(): void {
    if (this.#broken) throw this.#broken;
    if (this.#closed) throw closedFailure();
  }

  /** The transaction under way, or one that begins now; what came before has run. */
  #begunInOrder(): Transaction {
    while (this.#waiting.length > 0) this.#runGroup();
    return this.#begun();
  }

  /** The transaction under way, unless SQLite has rolled it back by itself: then it is undone. */
  #intact(): Transaction | undefined {
    if (this.#open && !this.#connection.inTransaction()) this.#undo(rolledBackFailure(), true);
    return this.#open;
  }

  /** The transaction under way, or one that begins now. */
  #begun(): Transaction {
    const open = this.#intact();
    if (open) return open;
    this.#connection.begin();
    this.#open = { waiting: [], readers: [], tasks: 0, isLed: false };
    for (const participant of this.#participants) participant.begin?.();
    // While the disk is busy with the group before, no caller would be answered sooner by a commit.
    if (!this.#syncing) this.#flushSoon();
    return this.#open;
  }

  /** Whether the task that failed has left the transaction as it was. */
  #isAsBefore(writes: number): boolean {
    return this.#connection.writes() === writes && this.#connection.inTransaction();
  }

  #count(transaction: Transaction): void {
    // It may have been rolled back since, where the task itself made a read that found it broken.
    if (++transaction.tasks >= MAX_OPEN_TASKS && this.#open === transaction) this.#commit();
  }

  /** Once a turn of the event loop, so that everything else has a turn between two transactions. */
  #flushSoon(): void {
    if (this.#isFlushSet) return;
    this.#isFlushSet = true;
    setImmediate(() => {
      if (!this.#syncing) this.flush();
      this.#isFlushSet = false;
      // The group is as large as it gets, so the next one is not held for company.
      if (!this.#syncing && (this.#open || this.#waiting.length > 0)) this.#flushSoon();
    });
  }

  #commit(): void {
    const transaction = this.#intact();
    if (!transaction) return;
    let written = false;
    try {
      this.settle();
      written = true;
      this.#connection.commit();
    } catch (error) {
      this.#undo(error, !written);
      return;
    }
    this.#open = undefined;
    this.#toDisk(transaction);
  }

  #toDisk({ waiting, readers, isLed }: Omit<Transaction, 'tasks'>): void {
    for (const participant of this.#participants) participant.committed?.();
    for (const caller of waiting) {
      if (caller.durable) this.#committed.push(caller);
      else caller.resolve(caller.value);
    }
    for (const reader of readers) this.#committed.push(reader);
    // Decisions that were made ahead have no caller, and who reads of them must not be told before they are on disk.
    if (isLed && this.#committed.length === 0) this.#committed.push(NOBODY);
    if (!this.#syncing) this.#sync();
  }

  /** Rolls back the transaction under way. `isTasks`: the fault may be one task's own, so that the others are done once more. */
  #undo(error: unknown, isTasks: boolean): void {
    const transaction = this.#open;
    if (!transaction) return;
    this.#open = undefined;
    const { waiting, isLed } = transaction;
    this.#rollBack(isLed);
    const failure = toFailure(error);
    for (const { reject } of transaction.readers) reject(failure);
    // Where the fault is not one task's own, to repeat them one by one would only repeat the fault.
    if (isTasks && (waiting.length > 1 || isLed)) for (const one of waiting) this.#commitAlone(one);
    else for (const { reject } of waiting) reject(failure);
    if (isLed) this.#endLead(failure);
  }

  #commitAlone(waiting: Waiting): void {
    if (this.#broken) {
      waiting.reject(this.#broken);
      return;
    }
    try {
      this.#connection.begin();
      for (const participant of this.#participants) participant.begin?.();
      waiting.value = waiting.task();
      for (const participant of this.#participants) participant.end?.();
      this.#connection.commit();
    } catch (error) {
      this.#rollBack(false);
      waiting.reject(toFailure(error));
      return;
    }
    this.#toDisk({ waiting: [waiting], readers: [], isLed: false });
  }

  #rollBack(isLed: boolean): void {
    try {
      this.#connection.rollback();
    } finally {
      for (const participant of this.#participants) participant.rolledBack?.(isLed);
    }
  }

  #endLead(failure: Failure): void {
    const ended = this.#lead;
    this.#lead = new Lead();
    ended.end(failure);
  }

  /** Answers what is committed once it is on disk, then what was committed meanwhile. */
  #sync(): void {
    const group = this.#committed;
    if (group.length === 0) return;
    this.#committed = [];
    for (const participant of this.#participants) participant.syncing?.();
    let synced: Promise<void> | undefined;
    try {
      synced = this.#connection.sync();
    } catch (error) {
      this.#break(group, error);
      return;
    }
    if (!synced) {
      this.#synced();
      for (const { resolve, value } of group) resolve(value);
      return;
    }
    this.#syncing = group;
    synced.then(
      () => {
        this.#syncing = undefined;
        this.#synced();
        for (const { resolve, value } of group) resolve(value);
        if (this.#open || this.#waiting.length > 0) this.#flushSoon();
        this.#sync();
      },
      (error) => {
        this.#syncing = undefined;
        this.#break(group, error);
      },
    );
  }

  #synced(): void {
    for (const participant of this.#participants) participant.synced?.();
  }

  #break(group: readonly Caller[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const broken = new Failure(
      'unavailable',
      `The disk did not take what was written (${reason}). Nothing is accepted until the process is started again.`,
      { cause: error, fault: 'deployment' },
    );
    this.#broken = broken;
    const open = this.#open;
    this.#open = undefined;
    if (open) this.#rollBack(open.isLed);
    const inOpen = [...(open?.waiting ?? []), ...(open?.readers ?? [])];
    for (const { reject } of [...group, ...this.#committed, ...inOpen, ...this.#waiting]) reject(broken);
    this.#committed = [];
    this.#waiting = [];
    this.#lead.end(broken);
  }
}

function rolledBackFailure(): Failure {
  return new Failure('unavailable', 'SQLite has rolled back the transaction under way.', {
    fault: 'deployment',
  });
}

function closedFailure(): Failure {
  return toFailure(new Error('The store is closed.'));
}
