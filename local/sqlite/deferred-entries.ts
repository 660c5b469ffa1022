import type { Participant } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import type { RowValues } from './row-batches.ts';

type Write = (rows: readonly RowValues[]) => void;

/**
 * Entries that are inserted, and removed soon after. Both are left to the end of the transaction, and an entry that is removed
 * before it was written costs nothing.
 */
export class DeferredEntries<Key> implements Participant {
  readonly #connection: Connection;
  readonly #writeInserts: Write;
  readonly #writeRemovals: Write;
  readonly #inserts = new Map<Key, RowValues>();
  #removals: RowValues[] = [];

  constructor(connection: Connection, writeInserts: Write, writeRemovals: Write) {
    this.#connection = connection;
    this.#writeInserts = writeInserts;
    this.#writeRemovals = writeRemovals;
  }

  insert(key: Key, row: RowValues): void {
    this.#connection.noteWrite();
    this.#inserts.set(key, row);
  }

  /** `primaryKey` is the entry's in the table, for one that is written already. */
  remove(key: Key, primaryKey: RowValues): void {
    this.#connection.noteWrite();
    if (!this.#inserts.delete(key)) this.#removals.push(primaryKey);
  }

  /**
   * An entry that was removed and inserted again is there afterwards. Where it throws, the entries stay, so that the commit fails
   * as well: some of them may be written.
   */
  end(): void {
    if (this.#removals.length > 0) {
      this.#writeRemovals(this.#removals);
      this.#removals = [];
    }
    if (this.#inserts.size > 0) {
      this.#writeInserts([...this.#inserts.values()]);
      this.#inserts.clear();
    }
  }

  rolledBack(): void {
    this.#inserts.clear();
    this.#removals = [];
  }
}
