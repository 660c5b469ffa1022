import type { Connection } from './connection.ts';
import type { Participant } from './participant.ts';

/** A cache of rows. A write to a cached row changes the cache right after it has succeeded. */
export interface RowCache {
  clear(): void;
}

/**
 * Decides when the caches of rows may be read: within a transaction of the commit queue, as long as only this process writes.
 *
 * Invariant: while `areCurrent` is true, each row in a cache is equal to the row in the database. A rollback undoes writes, and
 * another process may have written between two transactions: either one clears all caches.
 */
export class RowCaches implements Participant {
  // Changes with every commit of another connection. https://www.sqlite.org/pragma.html#pragma_data_version
  readonly #dataVersion;
  readonly #caches: RowCache[] = [];
  #version: number | undefined;
  #isOpen = false;
  /** Whether this transaction has looked for writes of other processes. */
  #isChecked = false;

  constructor(connection: Connection) {
    this.#dataVersion = connection.query<[number]>('PRAGMA data_version');
  }

  add(cache: RowCache): void {
    this.#caches.push(cache);
  }

  /**
   * Whether the caches may be read. Looks for writes of other processes when a transaction first asks, and not when it begins: in
   * a quiet system most transactions only store messages of the bus and need no cache.
   */
  get areCurrent(): boolean {
    if (this.#isOpen && !this.#isChecked) this.#check();
    return this.#isOpen;
  }

  begin(): void {
    this.#isOpen = true;
    this.#isChecked = false;
  }

  committed(): void {
    this.#isOpen = false;
  }

  rolledBack(): void {
    this.#isOpen = false;
    this.clear();
  }

  /** Call it after a write that does not update the caches. */
  clear(): void {
    for (const cache of this.#caches) cache.clear();
  }

  #check(): void {
    const current = this.#dataVersion.first([])?.[0];
    if (current !== this.#version) this.clear();
    this.#version = current;
    this.#isChecked = true;
  }
}
