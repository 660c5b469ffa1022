import type { Participant } from './commit-queue.ts';
import type { RowValues } from './row-batches.ts';

/** Rows that tasks write at the end of their transaction, because they cost less together. */
export class DeferredRows implements Participant {
  readonly #write: (rows: readonly RowValues[]) => void;
  #rows: RowValues[] = [];

  constructor(write: (rows: readonly RowValues[]) => void) {
    this.#write = write;
  }

  add(row: RowValues): void {
    this.#rows.push(row);
  }

  /** Drops the rows of a transaction that was rolled back. */
  begin(): void {
    this.#rows = [];
  }

  end(): void {
    this.#write(this.#rows);
    this.#rows = [];
  }
}
