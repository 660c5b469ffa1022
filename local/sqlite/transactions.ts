import type { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { CommitUnderWay } from './commit-under-way.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';
import { Lead } from './lead.ts';
import { type Participant, Participants } from './participant.ts';
import { RolledBack } from './rolled-back.ts';
import { type Caller, durableAfter, Synchronization } from './synchronization.ts';
import { answerCommitted, beginningTransaction, type Transaction, type Waiting } from './transaction.ts';
import { isOfStatement } from './unwritten-rows.ts';

export interface TransactionsListener {
  /** A commit, a synchronization or a rollback is over, so the next transaction may be committed. */
  free(): void;
  /** Called when a transaction has begun. */
  begun(): void;
  /** A synchronization has failed. Everything that waits for a transaction is rejected with the failure. */
  failed(failure: Failure): void;
}

/**
 * The transactions of a connection: the open one, and the one before it while its commit is under way.
 *
 * The thread of the connection commits. Until it has, no other commit begins, and the tasks of the open transaction build on one that may
 * still be lost. If it is, both are rolled back.
 */
export class Transactions {
  readonly #connection: Connection;
  readonly #listener: TransactionsListener;
  readonly #participants = new Participants();
  readonly #synchronization: Synchronization;
  #open: Transaction | undefined;
  readonly #underWay: CommitUnderWay;
  #lead = new Lead();

  constructor(connection: Connection, listener: TransactionsListener) {
    this.#connection = connection;
    this.#listener = listener;
    this.#synchronization = new Synchronization(connection, this.#participants, {
      synced: () => listener.free(),
      failed: (failure) => this.#refuseAll(failure),
      lost: (error) => this.#lost(error),
    });
    this.#underWay = new CommitUnderWay(connection, {
      landed: () => listener.free(),
      lost: (error) => this.#lost(error),
    });
  }

  join(participant: Participant): void {
    this.#participants.join(participant);
  }

  /** The current lead, for tasks that run ahead of the disk. */
  get lead(): Lead {
    return this.#lead;
  }

  /** Why a synchronization failed, or undefined if none has failed. */
  get failure(): Failure | undefined {
    return this.#synchronization.failure;
  }

  get open(): Transaction | undefined {
    return this.#open;
  }

  /** Returns the open transaction. Undoes it if SQLite has rolled it back by itself. */
  intact(): Transaction | undefined {
    if (this.#open && !this.#connection.inTransaction()) this.undo(new RolledBack(), true);
    return this.#open;
  }

  /** Returns the open transaction, and begins one if there is none. */
  begun(): Transaction {
    const open = this.intact();
    if (open) return open;
    this.#connection.begin();
    this.#open = beginningTransaction();
    this.#participants.begin();
    this.#listener.begun();
    return this.#open;
  }

  /** During a commit or a synchronization no other would answer its callers sooner, and later tasks can join the transaction. */
  get isBusy(): boolean {
    return this.#underWay.transaction !== undefined || this.#synchronization.isUnderWay;
  }

  /**
   * Resolves once everything that can be read now is durable, or committed by `runRepeatable`. Returns undefined if it is already. A
   * read must not be answered before, because a crash could undo what was read. All calls during one transaction return the same promise.
   *
   * @throws Failure after a failed synchronization, and RolledBack if the transaction that was read has been rolled back
   */
  durable(): Promise<void> | undefined {
    const read = this.#open;
    if (read && !this.intact()) throw new RolledBack();
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
    const committing = this.#underWay.transaction;
    return committing && durableAfter(committing.readers);
  }

  /** Commits the open transaction. `atOnce`: waits until that is done. */
  commit(atOnce: boolean): void {
    const transaction = this.intact();
    if (!transaction) return;
    let committed: Promise<void> | undefined;
    let isWritten = false;
    try {
      this.#participants.end();
      isWritten = true;
      if (atOnce) this.#commitAtOnce();
      else committed = this.#connection.commit();
    } catch (error) {
      this.undo(error, !isWritten || isOfStatement(error));
      return;
    }
    this.#open = undefined;
    if (!committed) {
      this.#synchronize(transaction);
      answerCommitted(transaction);
      return;
    }
    this.#underWay.begin(transaction, committed);
    this.#synchronize(transaction);
    // The synchronization answers them. Later ones wait only for the commit.
    transaction.readers.length = 0;
  }

  #commitAtOnce(): void {
    // `settle` throws what the promise rejects with.
    this.#connection.commit()?.catch(() => {});
    this.#connection.settle();
  }

  /** Waits for the commit under way. */
  land(): void {
    this.#underWay.land();
  }

  /** The thread of the connection could not write, or the database cannot be used any more. */
  #lost(error: unknown): void {
    this.undo(error, isOfStatement(error));
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
  undo(error: unknown, isOfTask: boolean): void {
    this.#underWay.learnFate();
    const lostCommit = this.#underWay.takeBack();
    const undone = [lostCommit, this.#open].filter((one) => one !== undefined);
    if (undone.length === 0) return;
    const synchronized = lostCommit ? this.#synchronization.takeBack() : [];
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
    this.#listener.free();
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
    const refused = [this.#underWay.takeBack(), this.#open].filter((one) => one !== undefined);
    this.#open = undefined;
    if (refused.length > 0) this.#rollBack(refused.some(({ ranAhead }) => ranAhead));
    for (const { waiting, readers } of refused)
      for (const { reject } of [...waiting, ...readers]) reject(failure);
    this.#listener.failed(failure);
    this.#lead.end(failure);
  }
}
