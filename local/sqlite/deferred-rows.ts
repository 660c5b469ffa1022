import type { Participant } from './commit-queue.ts';
import type { RowValues } from './row-batches.ts';

/** Rows that tasks leave to the end of their transaction, because together they cost less. */
export class DeferredRows implements Participant {
  readonly #write: (rows: readonly RowValues[]) => void;
  #rows: RowValues[] = [];

  constructor(write: (rows: readonly RowValues[]) => void) {
    this.#write = write;
  }

  add(row: RowValues): void {
    this.#rows.push(row);
  }

  /** What a transaction that was rolled back has left is nothing to the next. */
  begin(): void {
    this.#rows = [];
  }

  end(): void {
    this.#write(this.#rows);
    this.#rows = [];
  }
}
