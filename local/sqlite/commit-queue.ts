import type { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';
import { Lead } from './lead.ts';
import { type Participant, Participants } from './participant.ts';
import { RolledBack } from './rolled-back.ts';
import { type Caller, durableAfter, Synchronization } from './synchronization.ts';
import { LostTransaction } from './thread/lost-transaction.ts';
import { beginningTransaction, type Task, type Transaction, type Waiting } from './transaction.ts';
import { UnwrittenRows } from './unwritten-rows.ts';

/** The largest number of waiting tasks that one turn of the event loop runs. */
const MAX_TASKS = 512;

/**
 * Group commit. Tasks that arrive while the event loop or the disk is busy share one transaction and one synchronization with the
 * disk. A synchronization takes longer than all of their writes. The event loop continues while the disk works.
 *
 *   waiting ──flush──▶ commit under way ──▶ committed ──synchronization──▶ durable: the callers are answered
 *
 * The thread of the connection may commit. Until it has, no other commit begins, and the tasks of the open transaction build on one that
 * may still be lost.
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
  readonly #participants = new Participants();
  readonly #synchronization: Synchronization;
  #waiting: Waiting[] = [];
  #open: Transaction | undefined;
  /** The transaction whose commit is under way. */
  #committing: Transaction | undefined;
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
      lost: (error) => this.#lost(error),
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
      if (!this.#isUnchangedSince(before, error)) this.#undo(error, true);
      throw toFailure(error);
    }
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

  /** Commits the open transaction, or else the longest waiting tasks, and waits until that is done. */
  flush(): void {
    this.#land();
    this.#runWaiting();
    this.#commit(true);
  }

  /**
   * Resolves once everything that can be read now is durable, or committed by `runRepeatable`. Returns undefined if it is already. A
   * read must not be answered before, because a crash could undo what was read. All calls during one transaction return the same promise.
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
    if (pending) return durableAfter(pending);
    // A commit that nothing synchronizes may still fail.
    return this.#committing && durableAfter(this.#committing.readers);
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
      else if (this.#waiting.length === 1) this.#flushUnlessBusy();
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
  }

  /** Runs the longest waiting tasks, unless a transaction is open. */
  #runWaiting(): void {
    if (!this.#intact() && this.#waiting.length > 0) this.#runGroup();
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
    this.#flushUnlessBusy();
    return this.#open;
  }

  /** Whether the failed task left the transaction as it was before the task, and the transaction can be committed. */
  #isUnchangedSince(writes: number, error: unknown): boolean {
    if (error instanceof UnwrittenRows) return false;
    return this.#connection.writes() === writes && this.#connection.inTransaction();
  }

  /** During a commit or a synchronization no other would answer its callers sooner, and later tasks can join the transaction. */
  get #isBusy(): boolean {
    return this.#committing !== undefined || this.#synchronization.isUnderWay;
  }

  #flushUnlessBusy(): void {
    if (!this.#isBusy) this.#flushSoon();
  }

  /** Flushes once per turn of the event loop, so that other work runs between two transactions. */
  #flushSoon(): void {
    if (this.#isFlushSet) return;
    this.#isFlushSet = true;
    setImmediate(() => {
      if (!this.#isBusy) {
        this.#runWaiting();
        this.#commit(false);
      }
      this.#isFlushSet = false;
      if (this.#open || this.#waiting.length > 0) this.#flushUnlessBusy();
    });
  }

  #commit(atOnce: boolean): void {
    const transaction = this.#intact();
    if (!transaction) return;
    let committed: Promise<void> | undefined;
    let isWritten = false;
    try {
      this.#participants.end();
      isWritten = true;
      if (atOnce) this.#commitAtOnce();
      else committed = this.#connection.commit();
    } catch (error) {
      this.#undo(error, !isWritten || isOfStatement(error));
      return;
    }
    this.#open = undefined;
    if (!committed) {
      this.#synchronize(transaction);
      answerCommitted(transaction);
      return;
    }
    this.#committing = transaction;
    this.#synchronize(transaction);
    // The synchronization answers them. Later ones wait only for the commit.
    transaction.readers.length = 0;
    committed.then(
      () => this.#landed(transaction),
      (error) => {
        if (this.#committing === transaction) this.#lost(error);
      },
    );
  }

  #commitAtOnce(): void {
    // `settle` throws what the promise rejects with.
    this.#connection.commit()?.catch(() => {});
    this.#connection.settle();
  }

  /** Waits for the commit under way. */
  #land(): void {
    const transaction = this.#committing;
    if (!transaction) return;
    try {
      this.#connection.settle();
    } catch (error) {
      this.#lost(error);
      return;
    }
    this.#landed(transaction);
  }

  /**
   * Waits until it is known whether the commit under way has succeeded. The thread may have committed although no answer has
   * arrived yet, and a task that is committed must not run again. Afterwards `#committing` is a lost transaction, or undefined.
   */
  #learnFate(): void {
    if (!this.#committing) return;
    try {
      this.#connection.settle();
    } catch {
      // That transaction is lost, or only what was executed after it.
    }
    if (!this.#connection.isCommitting()) this.#landed(this.#committing);
  }

  #landed(transaction: Transaction): void {
    if (this.#committing !== transaction) return;
    this.#committing = undefined;
    answerCommitted(transaction);
    for (const { resolve, value } of transaction.readers) resolve(value);
    if (this.#open || this.#waiting.length > 0) this.#flushUnlessBusy();
  }

  /** The thread of the connection could not write, or the database cannot be used any more. */
  #lost(error: unknown): void {
    this.#undo(error, isOfStatement(error));
  }

  #synchronize({ waiting, readers, ranAhead }: Pick<Transaction, 'waiting' | 'readers' | 'ranAhead'>): void {
    this.#participants.committed();
    const callers: Caller[] = waiting.filter(({ durable }) => durable);
    callers.push(...readers);
    // Tasks that ran ahead have no caller, but reads of their writes wait for a synchronization.
    this.#synchronization.add(callers, ranAhead);
  }

  /**
   * Rolls back the open transaction, and the one before it if its commit was under way and has failed. `isOfTask`: one task may have
   * caused the error, so each other task with a waiting caller runs again, alone. Any other error, such as a full disk, would fail them
   * again, so they are rejected.
   */
  #undo(error: unknown, isOfTask: boolean): void {
    this.#learnFate();
    const undone = [this.#committing, this.#open].filter((one) => one !== undefined);
    if (undone.length === 0) return;
    const synchronized = this.#committing ? this.#synchronization.takeBack() : [];
    this.#committing = undefined;
    this.#open = undefined;
    const waiting = undone.flatMap((transaction) => transaction.waiting);
    const ranAhead = undone.some((transaction) => transaction.ranAhead);
    this.#rollBack(ranAhead);
    const failure = toFailure(error);
    // Readers and later tasks of the lead did not cause the error, whose kind would blame them.
    const lost = failure instanceof RolledBack ? failure : new RolledBack(failure);
    const tasks = new Set<Caller>(waiting);
    for (const { readers } of undone) for (const { reject } of readers) reject(lost);
    for (const reader of synchronized) if (!tasks.has(reader)) reader.reject(lost);
    if (isOfTask && (waiting.length > 1 || ranAhead)) for (const one of waiting) this.#commitAlone(one);
    else for (const { reject } of waiting) reject(failure);
    if (ranAhead) this.#endLead(lost);
    if (this.#open || this.#waiting.length > 0) this.#flushUnlessBusy();
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
      this.#commitAtOnce();
    } catch (error) {
      this.#rollBack(false);
      waiting.reject(toFailure(error));
      return;
    }
    const alone = { waiting: [waiting], readers: [], ranAhead: false };
    this.#synchronize(alone);
    answerCommitted(alone);
  }

  #rollBack(ranAhead: boolean): void {
    try {
      this.#connection.rollback();
    } catch {
      // The database cannot be used any more. The next call says why, and the callers that wait have to be answered.
    }
    this.#participants.rolledBack(ranAhead);
  }

  #endLead(failure: Failure): void {
    const ended = this.#lead;
    this.#lead = new Lead();
    ended.end(failure);
  }

  /** After a failed synchronization. */
  #refuseAll(failure: Failure): void {
    const refused = [this.#committing, this.#open].filter((one) => one !== undefined);
    this.#committing = undefined;
    this.#open = undefined;
    if (refused.length > 0) this.#rollBack(refused.some(({ ranAhead }) => ranAhead));
    for (const { waiting, readers } of refused)
      for (const { reject } of [...waiting, ...readers]) reject(failure);
    for (const { reject } of this.#waiting) reject(failure);
    this.#waiting = [];
    this.#lead.end(failure);
  }
}

/** Answers the callers that do not wait for the synchronization. */
function answerCommitted({ waiting }: Pick<Transaction, 'waiting'>): void {
  for (const { durable, resolve, value } of waiting) if (!durable) resolve(value);
}

/** Whether a statement of a task failed, and not the beginning or the commit of the transaction. */
function isOfStatement(error: unknown): boolean {
  const lost = error instanceof UnwrittenRows ? error.cause : error;
  return lost instanceof LostTransaction && lost.stage === 'statement';
}
