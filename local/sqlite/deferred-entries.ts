import type { Connection } from './connection.ts';
import type { Participant } from './participant.ts';
import type { RowValues } from './row-batches.ts';
import { writeDeferred } from './unwritten-rows.ts';

type Write = (rows: readonly RowValues[]) => void;

/**
 * Entries that are removed soon after they are inserted. Inserts and removals are deferred to the end of the transaction, and an
 * entry that is removed before it was written costs no write.
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

  /** `primaryKey`: the key of the entry's row, which is used if the entry is written already. */
  remove(key: Key, primaryKey: RowValues): void {
    this.#connection.noteWrite();
    if (!this.#inserts.delete(key)) this.#removals.push(primaryKey);
  }

  /**
   * Writes removals before inserts, so that an entry that was removed and inserted again exists afterwards. If `end` throws, some
   * entries may be written; all of them stay deferred, so that the commit fails too.
   */
  end(): void {
    if (this.#removals.length > 0) {
      writeDeferred(() => this.#writeRemovals(this.#removals));
      this.#removals = [];
    }
    if (this.#inserts.size > 0) {
      writeDeferred(() => this.#writeInserts([...this.#inserts.values()]));
      this.#inserts.clear();
    }
  }

  rolledBack(): void {
    this.#inserts.clear();
    this.#removals = [];
  }
}
