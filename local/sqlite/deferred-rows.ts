import type { Connection } from './connection.ts';
import type { Participant } from './participant.ts';
import type { RowValues } from './row-batches.ts';
import { writeDeferred } from './unwritten-rows.ts';

/** Rows that are deferred to the end of the transaction, because many rows cost less together. */
export class DeferredRows implements Participant {
  readonly #connection: Connection;
  readonly #write: (rows: readonly RowValues[]) => void;
  #rows: RowValues[] = [];

  constructor(connection: Connection, write: (rows: readonly RowValues[]) => void) {
    this.#connection = connection;
    this.#write = write;
  }

  add(row: RowValues): void {
    this.#connection.noteWrite();
    this.#rows.push(row);
  }

  /** If `end` throws, some rows may be written; all of them stay deferred, so that the commit fails too. */
  end(): void {
    if (this.#rows.length === 0) return;
    writeDeferred(() => this.#write(this.#rows));
    this.#rows = [];
  }

  rolledBack(): void {
    this.#rows = [];
  }
}
