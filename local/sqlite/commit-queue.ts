import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';

/** Writes; returns what its caller is told once the write is durable. Runs again where the commit has to be repeated. */
type Task<T> = () => T;

/** What has a part in every transaction, beside its tasks. */
export interface Participant {
  /** The transaction has begun. */
  begin?(): void;
  /** Its tasks have run. What they left to the end, because it costs less together, is written now. */
  end?(): void;
  /** It is committed. */
  committed?(): void;
  /** It was rolled back. */
  rolledBack?(): void;
}

interface Waiting {
  readonly task: Task<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: the writes that come in while the event loop is busy share one transaction, and with it one
 * synchronization with the disk, which costs more than all of them.
 *
 * Invariants:
 *  1. No promise resolves before the transaction with its task's writes is committed.
 *  2. Tasks run in the order in which they came, each on what the ones before it wrote.
 *  3. A task that fails spoils no other: the group is rolled back, and each of its tasks gets a transaction of its own.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #participants: Participant[] = [];
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Has it take part in each transaction from now on. */
  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  run<T>(task: Task<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(toFailure(new Error('The store is closed.')));
        return;
      }
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      this.#waiting.push({ task, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits what waits at once. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length > 0) this.#commit(group);
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  #commit(group: readonly Waiting[]): void {
    let writing = false;
    try {
      const values = this.#connection.transaction(() => {
        writing = true;
        for (const participant of this.#participants) participant.begin?.();
        const results = group.map(({ task }) => task());
        for (const participant of this.#participants) participant.end?.();
        writing = false;
        return results;
      });
      for (const participant of this.#participants) participant.committed?.();
      group.forEach(({ resolve }, index) => {
        resolve(values[index]);
      });
    } catch (error) {
      for (const participant of this.#participants) participant.rolledBack?.();
      // Where the fault is not one task's own, to repeat them one by one would only repeat the fault.
      if (writing && group.length > 1) for (const one of group) this.#commit([one]);
      else for (const { reject } of group) reject(toFailure(error));
    }
  }
}
