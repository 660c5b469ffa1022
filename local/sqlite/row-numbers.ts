import type { Connection } from './connection.ts';
import type { RowCache, RowCaches } from './row-caches.ts';

/**
 * Gives the rows of a table their numbers. SQLite would give the same ones, but the connection does not wait for the insert that says
 * which.
 */
export class RowNumbers implements RowCache {
  readonly #largest;
  #next: number | undefined;

  constructor(connection: Connection, table: string, caches: RowCaches) {
    this.#largest = connection.query<[number]>(
      `SELECT id FROM ${table} WHERE id > ? ORDER BY id DESC LIMIT 1`,
    );
    caches.add(this);
  }

  take(): number {
    this.#next ??= (this.#largest.first([0])?.[0] ?? 0) + 1;
    return this.#next++;
  }

  clear(): void {
    this.#next = undefined;
  }
}
