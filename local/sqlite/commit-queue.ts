import type { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';
import { Lead } from './lead.ts';
import { type Participant, Participants } from './participant.ts';
import { RolledBack } from './rolled-back.ts';
import { type Caller, durableAfter, Synchronization } from './synchronization.ts';
import { beginningTransaction, type Task, type Transaction, type Waiting } from './transaction.ts';
import { UnwrittenRows } from './unwritten-rows.ts';

/** The largest number of waiting tasks that one turn of the event loop runs. */
const MAX_TASKS = 512;

/**
 * The largest number of tasks in one transaction. More tasks leave fewer deferred rows to write, because a later task often removes
 * what an earlier one deferred, but the commit writes all deferred rows in one turn of the event loop.
 */
const MAX_OPEN_TASKS = 4_096;

/**
 * Group commit. Tasks that arrive while the event loop or the disk is busy share one transaction and one synchronization with the
 * disk. A synchronization takes longer than all of their writes. The event loop continues while the disk works.
 *
 *   waiting ──flush──▶ committed ──synchronization──▶ durable: the callers are answered
 *
 * `run` lets tasks wait for the flush, so that the database is locked only while they run. `runAtOnce` and `runAhead` run a task
 * during the call: they open the transaction, which locks out other processes until the flush.
 *
 * Invariants:
 *  1. No promise of `run` resolves before the transaction with its task's writes is durable.
 *  2. Tasks run in the order of the calls, and each one reads what the tasks before it wrote, whether durable or not. SQLite's log
 *     keeps the order of the transactions, so a crash loses only the newest ones.
 *  3. A failed task does not affect other tasks. If the failed task has written, the transaction is rolled back, and each task with a
 *     waiting caller runs again in a transaction of its own.
 *  4. After a failed synchronization the queue accepts no task and no read until the file is opened again, because readable data may
 *     not be durable.
 *  5. When a transaction is rolled back in which a task ran ahead of the disk, the lead ends.
 *  6. SQLite rolls back by itself after some errors, including errors of reads. No task runs, and nothing is read or committed, in
 *     such a transaction.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #participants = new Participants();
  readonly #synchronization: Synchronization;
  #waiting: Waiting[] = [];
  #open: Transaction | undefined;
  #isFlushSet = false;
  #lead = new Lead();
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#synchronization = new Synchronization(connection, this.#participants, {
      synced: () => {
        if (this.#open || this.#waiting.length > 0) this.#flushSoon();
      },
      failed: (failure) => this.#refuseAll(failure),
    });
  }

  /** From now on, the participant takes part in each transaction. */
  join(participant: Participant): void {
    this.#participants.join(participant);
  }

  run<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, true);
  }

  /** Like `run`, but the task has run when the call returns. */
  runAtOnce<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, true, true);
  }

  /**
   * Like `run`, for a write that is repeated if it is lost. Resolves once the write is committed: the write survives the end of the
   * process, but not a power failure before the next synchronization. Later commits become durable only together with this one.
   */
  runRepeatable<T>(task: Task<T>): Promise<T> {
    return this.#enter(task, false);
  }

  /** The current lead, for tasks that run ahead of the disk. */
  get lead(): Lead {
    return this.#lead;
  }

  /**
   * Runs the task and returns its value before the task is committed. Nothing that follows from the value may leave the process before
   * `durable` has resolved.
   *
   * @throws Failure if the lead has ended, or ends because this call commits a full transaction, and the error of the task
   */
  runAhead<T>(lead: Lead, task: Task<T>): T {
    lead.require();
    this.#requireUsable();
    const transaction = this.#begunInOrder();
    // A task that ran before this one may have caused a rollback.
    lead.require();
    const before = this.#connection.writes();
    transaction.ranAhead = true;
    let value: T;
    try {
      value = task();
    } catch (error) {
      if (!this.#isUnchangedSince(before, error)) this.#undo(error, true);
      throw toFailure(error);
    }
    this.#count(transaction);
    lead.require();
    return value;
  }

  /** @throws Failure if the lead has ended, so that its writes can no longer be read */
  requireLead(lead: Lead): void {
    this.#intact();
    lead.require();
  }

  /** For a read that found deferred rows of the open transaction unwritable. Each of its tasks with a waiting caller runs again, alone. */
  undo(error: UnwrittenRows): void {
    this.#undo(error, true);
  }

  /** Whether a synchronization has failed. */
  get isBroken(): boolean {
    return this.#synchronization.failure !== undefined;
  }

  /** Commits the open transaction, or else the longest waiting tasks. */
  flush(): void {
    if (!this.#intact() && this.#waiting.length > 0) this.#runGroup();
    if (this.#open) this.#commit();
  }

  /**
   * Resolves once everything that can be read now is durable. Returns undefined if it is durable already. A read must not be answered
   * before, because a crash could undo what was read. All calls during one transaction return the same promise.
   *
   * @throws Failure after a failed synchronization, and RolledBack if the transaction that was read has been rolled back
   */
  durable(): Promise<void> | undefined {
    const read = this.#open;
    if (read && !this.#intact()) throw new RolledBack();
    const { failure } = this.#synchronization;
    if (failure) throw failure;
    // The open transaction is synchronized after everything that was committed before it.
    const open = this.#open;
    if (open) {
      open.durable ??= durableAfter(open.readers);
      return open.durable;
    }
    const { pending } = this.#synchronization;
    return pending && durableAfter(pending);
  }

  close(): void {
    do this.flush();
    while (this.#waiting.length > 0);
    this.#closed = true;
  }

  #enter<T>(task: Task<T>, durable: boolean, atOnce = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#requireUsable();
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
      else if (this.#waiting.length === 1) this.#flushUnlessSyncing();
    });
  }

  #requireUsable(): void {
    const { failure } = this.#synchronization;
    if (failure) throw failure;
    if (this.#closed) throw toFailure(new Error('The store is closed.'));
  }

  /** Runs up to MAX_TASKS waiting tasks in one transaction. Rejects them if the transaction cannot begin. */
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
        // An earlier task of the group caused a rollback.
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
      if (this.#isUnchangedSince(before, error)) {
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

  /** Runs all waiting tasks, and returns the open transaction. */
  #begunInOrder(): Transaction {
    while (this.#waiting.length > 0) this.#runGroup();
    return this.#begun();
  }

  /** Returns the open transaction. Undoes it if SQLite has rolled it back by itself. */
  #intact(): Transaction | undefined {
    if (this.#open && !this.#connection.inTransaction()) this.#undo(new RolledBack(), true);
    return this.#open;
  }

  /** Returns the open transaction, and begins one if there is none. */
  #begun(): Transaction {
    const open = this.#intact();
    if (open) return open;
    this.#connection.begin();
    this.#open = beginningTransaction();
    this.#participants.begin();
    this.#flushUnlessSyncing();
    return this.#open;
  }

  /** Whether the failed task left the transaction as it was before the task, and the transaction can be committed. */
  #isUnchangedSince(writes: number, error: unknown): boolean {
    if (error instanceof UnwrittenRows) return false;
    return this.#connection.writes() === writes && this.#connection.inTransaction();
  }

  #count(transaction: Transaction): void {
    // A read in the task may have found that SQLite rolled the transaction back.
    if (++transaction.tasks >= MAX_OPEN_TASKS && this.#open === transaction) this.#commit();
  }

  /** During a synchronization no commit would answer its callers sooner, and later tasks can join the transaction. */
  #flushUnlessSyncing(): void {
    if (!this.#synchronization.isUnderWay) this.#flushSoon();
  }

  /** Flushes once per turn of the event loop, so that other work runs between two transactions. */
  #flushSoon(): void {
    if (this.#isFlushSet) return;
    this.#isFlushSet = true;
    setImmediate(() => {
      if (!this.#synchronization.isUnderWay) this.flush();
      this.#isFlushSet = false;
      if (this.#open || this.#waiting.length > 0) this.#flushUnlessSyncing();
    });
  }

  #commit(): void {
    const transaction = this.#intact();
    if (!transaction) return;
    let isWritten = false;
    try {
      this.#participants.end();
      isWritten = true;
      this.#connection.commit();
    } catch (error) {
      this.#undo(error, !isWritten);
      return;
    }
    this.#open = undefined;
    this.#synchronize(transaction);
  }

  #synchronize({ waiting, readers, ranAhead }: Pick<Transaction, 'waiting' | 'readers' | 'ranAhead'>): void {
    this.#participants.committed();
    const callers: Caller[] = [];
    for (const caller of waiting) {
      if (caller.durable) callers.push(caller);
      else caller.resolve(caller.value);
    }
    callers.push(...readers);
    // Tasks that ran ahead have no caller, but reads of their writes wait for a synchronization.
    this.#synchronization.add(callers, ranAhead);
  }

  /**
   * Rolls back the open transaction. `isOfTask`: one task may have caused the error, so each other task with a waiting caller runs
   * again, alone. Any other error, such as a full disk, would fail them again, so they are rejected.
   */
  #undo(error: unknown, isOfTask: boolean): void {
    const transaction = this.#open;
    if (!transaction) return;
    this.#open = undefined;
    const { waiting, ranAhead } = transaction;
    this.#rollBack(ranAhead);
    const failure = toFailure(error);
    // Readers and later tasks of the lead did not cause the error, whose kind would blame them.
    const lost = failure instanceof RolledBack ? failure : new RolledBack(failure);
    for (const { reject } of transaction.readers) reject(lost);
    if (isOfTask && (waiting.length > 1 || ranAhead)) for (const one of waiting) this.#commitAlone(one);
    else for (const { reject } of waiting) reject(failure);
    if (ranAhead) this.#endLead(lost);
  }

  #commitAlone(waiting: Waiting): void {
    const { failure } = this.#synchronization;
    if (failure) {
      waiting.reject(failure);
      return;
    }
    try {
      this.#connection.begin();
      this.#participants.begin();
      waiting.value = waiting.task();
      this.#participants.end();
      this.#connection.commit();
    } catch (error) {
      this.#rollBack(false);
      waiting.reject(toFailure(error));
      return;
    }
    this.#synchronize({ waiting: [waiting], readers: [], ranAhead: false });
  }

  #rollBack(ranAhead: boolean): void {
    try {
      this.#connection.rollback();
    } finally {
      this.#participants.rolledBack(ranAhead);
    }
  }

  #endLead(failure: Failure): void {
    const ended = this.#lead;
    this.#lead = new Lead();
    ended.end(failure);
  }

  /** After a failed synchronization. */
  #refuseAll(failure: Failure): void {
    const open = this.#open;
    this.#open = undefined;
    if (open) this.#rollBack(open.ranAhead);
    const inOpen = [...(open?.waiting ?? []), ...(open?.readers ?? [])];
    for (const { reject } of [...inOpen, ...this.#waiting]) reject(failure);
    this.#waiting = [];
    this.#lead.end(failure);
  }
}
