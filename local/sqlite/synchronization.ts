import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import type { Participants } from './participant.ts';
import { LostTransaction } from './thread/lost-transaction.ts';

/** A call that is answered with `value` once the transaction that it depends on is durable. */
export interface Caller {
  value: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Stands in for the caller of a transaction that has none, so that the transaction is synchronized. */
const NO_CALLER: Caller = { value: undefined, resolve: () => {}, reject: () => {} };

/** Adds a caller to the others. Returns a promise that is settled with it. */
export function durableAfter(callers: Caller[]): Promise<void> {
  return new Promise((resolve, reject) => {
    callers.push({ value: undefined, resolve: () => resolve(), reject });
  });
}

export interface SynchronizationListener {
  /** A synchronization has succeeded. The next one has not begun. */
  synced(): void;
  /** A synchronization has failed, and its callers are rejected. No other begins. */
  failed(failure: Failure): void;
  /** The transaction whose commit was under way is lost. */
  lost(error: LostTransaction): void;
}

/**
 * Makes committed transactions durable, and then answers their callers. One synchronization is under way at a time; the next one
 * covers all transactions that are committed meanwhile.
 */
export class Synchronization {
  readonly #connection: Connection;
  readonly #participants: Participants;
  readonly #listener: SynchronizationListener;
  /** The callers of committed transactions that no synchronization covers yet. */
  #committed: Caller[] = [];
  /** The callers of the synchronization under way. */
  #syncing: Caller[] | undefined;
  #failure: Failure | undefined;

  constructor(connection: Connection, participants: Participants, listener: SynchronizationListener) {
    this.#connection = connection;
    this.#participants = participants;
    this.#listener = listener;
  }

  get isUnderWay(): boolean {
    return this.#syncing !== undefined;
  }

  /** Why a synchronization failed, or undefined if none has failed. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** The callers that are answered once everything that is committed is durable. undefined if it is durable already. */
  get pending(): Caller[] | undefined {
    return this.#committed.length > 0 ? this.#committed : this.#syncing;
  }

  /**
   * Takes the callers of a transaction that was just committed. Without `isRequired`, a transaction without callers is not
   * synchronized for its own sake.
   */
  add(callers: readonly Caller[], isRequired: boolean): void {
    for (const caller of callers) this.#committed.push(caller);
    if (isRequired && this.#committed.length === 0) this.#committed.push(NO_CALLER);
    if (!this.#syncing) this.#begin();
  }

  /**
   * Returns the callers of the synchronization under way, which covers only the transaction whose commit is under way. The caller of this
   * method answers them, because that transaction is lost.
   */
  takeBack(): readonly Caller[] {
    const callers = this.#syncing ?? [];
    this.#syncing = undefined;
    return callers;
  }

  #begin(): void {
    const callers = this.#committed;
    if (callers.length === 0) return;
    this.#committed = [];
    this.#participants.syncing();
    let synced: Promise<void> | undefined;
    try {
      synced = this.#connection.sync();
    } catch (error) {
      this.#fail(callers, error);
      return;
    }
    if (!synced) {
      this.#answer(callers);
      return;
    }
    this.#syncing = callers;
    synced.then(
      () => {
        if (this.#syncing !== callers) return;
        this.#syncing = undefined;
        this.#answer(callers);
        this.#listener.synced();
        this.#begin();
      },
      (error) => {
        if (this.#syncing !== callers) return;
        if (error instanceof LostTransaction) {
          this.#listener.lost(error);
          return;
        }
        this.#syncing = undefined;
        this.#fail(callers, error);
      },
    );
  }

  #answer(callers: readonly Caller[]): void {
    this.#participants.synced();
    for (const { resolve, value } of callers) resolve(value);
  }

  #fail(callers: readonly Caller[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const failure = new Failure(
      'unavailable',
      `The disk could not store committed data (${reason}). The system accepts no calls until the process is restarted.`,
      { cause: error, fault: 'deployment' },
    );
    this.#failure = failure;
    for (const { reject } of [...callers, ...this.#committed]) reject(failure);
    this.#committed = [];
    this.#listener.failed(failure);
  }
}
