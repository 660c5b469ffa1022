import type { Participant } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import type { RowValues } from './row-batches.ts';

/** Rows that tasks write at the end of their transaction, because they cost less together. */
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

  /** Where it throws, the rows stay, so that the commit fails as well: some of them may be written. */
  end(): void {
    if (this.#rows.length === 0) return;
    this.#write(this.#rows);
    this.#rows = [];
  }

  rolledBack(): void {
    this.#rows = [];
  }
}
