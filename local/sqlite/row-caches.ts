import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Participant } from './participant.ts';

/** The largest numbers of entries of the caches. With 0 everything is read from its row. */
export interface CacheLimits {
  /** Active operations, and the records of as many terminal ones. */
  readonly operations: number;
  readonly waits: number;
  readonly children: number;
}

/** A cache of rows. A write to a cached row changes the cache right after it has been sent. */
export interface RowCache {
  clear(): void;
  /** Forgets the rows of an operation that is removed. Absent if the cache has none, or does not trust those of a removed one. */
  forget?(operation: OperationName): void;
}

/**
 * All caches of rows.
 *
 * Invariant: each row in a cache is equal to the row that a query would return. A rollback undoes writes, so it clears all caches. Only
 * this process writes: if another one does, the next transaction is lost, which is a rollback too.
 */
export class RowCaches implements Participant {
  readonly #caches: RowCache[] = [];

  add(cache: RowCache): void {
    this.#caches.push(cache);
  }

  rolledBack(): void {
    this.clear();
  }

  /** Call it after the removal of an operation. */
  forget(operation: OperationName): void {
    for (const cache of this.#caches) cache.forget?.(operation);
  }

  /** Call it after a write that does not update the caches. */
  clear(): void {
    for (const cache of this.#caches) cache.clear();
  }
}
