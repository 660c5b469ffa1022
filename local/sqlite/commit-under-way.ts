import type { Connection } from './connection.ts';
import { answerCommitted, type Transaction } from './transaction.ts';

export interface CommitListener {
  /** The commit has succeeded, and its callers are answered. */
  landed(): void;
  /** The thread of the connection could not write, or the database cannot be used any more. */
  lost(error: unknown): void;
}

/**
 * The transaction that the thread of the connection commits, until it has answered.
 *
 * Invariant: one commit is under way at a time. It ends once: it lands, or its transaction is taken back.
 */
export class CommitUnderWay {
  readonly #connection: Connection;
  readonly #listener: CommitListener;
  #transaction: Transaction | undefined;

  constructor(connection: Connection, listener: CommitListener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /** undefined if no commit is under way. */
  get transaction(): Transaction | undefined {
    return this.#transaction;
  }

  begin(transaction: Transaction, committed: Promise<void>): void {
    this.#transaction = transaction;
    committed.then(
      () => this.#landed(transaction),
      (error) => {
        if (this.#transaction === transaction) this.#listener.lost(error);
      },
    );
  }

  /** Waits for the commit. */
  land(): void {
    const transaction = this.#transaction;
    if (!transaction) return;
    try {
      this.#connection.settle();
    } catch (error) {
      this.#listener.lost(error);
      return;
    }
    this.#landed(transaction);
  }

  /**
   * Waits until it is known whether the commit has succeeded. The thread may have committed although no answer has arrived yet, and a
   * task that is committed must not run again. Afterwards `transaction` is a lost one, or undefined.
   */
  learnFate(): void {
    if (!this.#transaction) return;
    try {
      this.#connection.settle();
    } catch {
      // That transaction is lost, or only what was executed after it.
    }
    if (!this.#connection.isCommitting()) this.#landed(this.#transaction);
  }

  /** Returns the transaction, whose callers the caller of this method answers. */
  takeBack(): Transaction | undefined {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    return transaction;
  }

  #landed(transaction: Transaction): void {
    if (this.#transaction !== transaction) return;
    this.#transaction = undefined;
    answerCommitted(transaction);
    for (const { resolve, value } of transaction.readers) resolve(value);
    this.#listener.landed();
  }
}
