import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';
import type { Lead } from './lead.ts';
import type { Participant } from './participant.ts';
import type { Task, Transaction, Waiting } from './transaction.ts';
import { Transactions } from './transactions.ts';
import { UnwrittenRows } from './unwritten-rows.ts';

/** The largest number of waiting tasks that one turn of the event loop runs. */
const MAX_TASKS = 512;

/**
 * Group commit. Tasks that arrive while the event loop or the disk is busy share one transaction and one synchronization with the
 * disk. A synchronization takes longer than all of their writes. The event loop continues while the disk works.
 *
 *   waiting ──flush──▶ commit under way ──▶ committed ──synchronization──▶ durable: the callers are answered
 *
 * `run` lets tasks wait for the flush, so that the database is locked only while they run. `runAtOnce` and `runAhead` run a task
 * during the call: they open the transaction, which locks out other processes until the flush.
 *
 * Invariants:
 *  1. No promise of `run` resolves before the transaction with its task's writes is durable.
 *  2. Tasks run in the order of the calls, and each one reads what the tasks before it wrote, whether durable or not. SQLite's log
 *     keeps the order of the transactions, so a crash loses only the newest ones.
 *  3. A failed task does not affect other tasks. If the failed task has written, the transaction is rolled back, and each task with a
 *     waiting caller runs again in a transaction of its own. The same happens to the open transaction if the one before it is lost.
 *  4. After a failed synchronization the queue accepts no task and no read until the file is opened again, because readable data may
 *     not be durable.
 *  5. When a transaction is rolled back in which a task ran ahead of the disk, the lead ends.
 *  6. SQLite rolls back by itself after some errors, including errors of reads. No task runs, and nothing is read or committed, in
 *     such a transaction.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #transactions: Transactions;
  #waiting: Waiting[] = [];
  #isFlushSet = false;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#transactions = new Transactions(connection, {
      free: () => this.#flushIfNeeded(),
      begun: () => this.#flushUnlessBusy(),
      failed: (failure) => {
        for (const { reject } of this.#waiting) reject(failure);
        this.#waiting = [];
      },
    });
  }

  /** From now on, the participant takes part in each transaction. */
  join(participant: Participant): void {
    this.#transactions.join(participant);
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
    return this.#transactions.lead;
  }

  /**
   * Runs the task and returns its value before the task is committed. Nothing that follows from the value may leave the process before
   * `durable` has resolved.
   *
   * @throws Failure if the lead has ended, and the error of the task
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
      if (!this.#isUnchangedSince(before, error)) this.#transactions.undo(error, true);
      throw toFailure(error);
    }
    lead.require();
    return value;
  }

  /** @throws Failure if the lead has ended, so that its writes can no longer be read */
  requireLead(lead: Lead): void {
    this.#transactions.intact();
    lead.require();
  }

  /** For a read that found deferred rows of the open transaction unwritable. Each of its tasks with a waiting caller runs again, alone. */
  undo(error: UnwrittenRows): void {
    this.#transactions.undo(error, true);
  }

  /** Whether a synchronization has failed. */
  get isBroken(): boolean {
    return this.#transactions.failure !== undefined;
  }

  /** Commits the open transaction, or else the longest waiting tasks, and waits until that is done. */
  flush(): void {
    this.#transactions.land();
    this.#runWaiting();
    this.#transactions.commit(true);
  }

  /** See Transactions. */
  durable(): Promise<void> | undefined {
    return this.#transactions.durable();
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
      const open = this.#transactions.intact();
      if (open) {
        this.#perform(open, entered);
        return;
      }
      this.#waiting.push(entered);
      if (atOnce) while (this.#waiting.length > 0) this.#runGroup();
      else if (this.#waiting.length === 1) this.#flushUnlessBusy();
    });
  }

  #requireUsable(): void {
    const { failure } = this.#transactions;
    if (failure) throw failure;
    if (this.#closed) throw toFailure(new Error('The store is closed.'));
  }

  /** Runs up to MAX_TASKS waiting tasks in one transaction. Rejects them if the transaction cannot begin. */
  #runGroup(): void {
    const group = this.#waiting.splice(0, MAX_TASKS);
    let transaction: Transaction;
    try {
      transaction = this.#transactions.begun();
    } catch (error) {
      const failure = toFailure(error);
      for (const { reject } of group) reject(failure);
      return;
    }
    for (const [index, one] of group.entries()) {
      if (this.#transactions.open !== transaction) {
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
        this.#transactions.undo(error, true);
      }
      return;
    }
    transaction.waiting.push(waiting);
  }

  /** Runs the longest waiting tasks, unless a transaction is open. */
  #runWaiting(): void {
    if (!this.#transactions.intact() && this.#waiting.length > 0) this.#runGroup();
  }

  /** Runs all waiting tasks, and returns the open transaction. */
  #begunInOrder(): Transaction {
    while (this.#waiting.length > 0) this.#runGroup();
    return this.#transactions.begun();
  }

  /** Whether the failed task left the transaction as it was before the task, and the transaction can be committed. */
  #isUnchangedSince(writes: number, error: unknown): boolean {
    if (error instanceof UnwrittenRows) return false;
    return this.#connection.writes() === writes && this.#connection.inTransaction();
  }

  #flushIfNeeded(): void {
    if (this.#transactions.open || this.#waiting.length > 0) this.#flushUnlessBusy();
  }

  #flushUnlessBusy(): void {
    if (!this.#transactions.isBusy) this.#flushSoon();
  }

  /** Flushes once per turn of the event loop, so that other work runs between two transactions. */
  #flushSoon(): void {
    if (this.#isFlushSet) return;
    this.#isFlushSet = true;
    setImmediate(() => {
      if (!this.#transactions.isBusy) {
        this.#runWaiting();
        this.#transactions.commit(false);
      }
      this.#isFlushSet = false;
      this.#flushIfNeeded();
    });
  }
}
