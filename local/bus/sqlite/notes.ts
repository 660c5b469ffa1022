import type { CommitQueue } from '../../sqlite/commit-queue.ts';
import type { RowValues } from '../../sqlite/row-batches.ts';
import type { BacklogTable } from './backlog-table.ts';

/** The removal of a message, or its number of attempts. */
export interface Note {
  readonly subscription: number;
  readonly id: number;
  /** undefined if the message is removed. */
  readonly attempts: number | undefined;
}

/** How long a note may wait to join another commit, in milliseconds. */
const LAG_MS = 5;

/**
 * The changes of stored messages that no caller waits for. They are written with the next commit, whatever it is for.
 *
 * Invariants:
 *  1. A note stays until it is committed. To write a note twice does no harm.
 *  2. When tasks ahead of the disk are rolled back, all notes go with them, because they may follow from these tasks.
 */
export class Notes {
  readonly #table: BacklogTable;
  readonly #queue: CommitQueue;
  /** The notes that are not committed yet. */
  readonly #notes: Note[] = [];
  /** The notes of the last commit, which may be under way. */
  #committed: Note[] = [];
  /** The number of notes that are written in the open transaction. */
  #written = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(table: BacklogTable, queue: CommitQueue) {
    this.#table = table;
    this.#queue = queue;
  }

  add(note: Note): void {
    if (this.#notes.push(note) > 1) return;
    // Another commit usually writes the notes. Only if none comes, the timer causes one.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#notes.length > 0) void this.#queue.runRepeatable(() => undefined).catch(keepForNextTime);
    }, LAG_MS);
  }

  /** Resolves once all notes are durable. */
  async flush(): Promise<void> {
    // The transaction of this empty task writes the notes at its end.
    await this.#queue.run(() => undefined);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush().catch(keepForNextTime);
  }

  /** Writes the notes into the open transaction. */
  write(): void {
    if (this.#written === this.#notes.length) return;
    const removed: RowValues[] = [];
    for (const { subscription, id, attempts } of this.#notes.slice(this.#written)) {
      if (attempts === undefined) removed.push([subscription, id]);
      else this.#table.setAttempts(subscription, id, attempts);
    }
    this.#table.delete(removed);
    this.#written = this.#notes.length;
  }

  /** The commit of the open transaction has begun. */
  committed(): void {
    this.#committed = this.#notes.splice(0, this.#written);
    this.#written = 0;
  }

  /** The open transaction was rolled back, perhaps with the one before it, whose commit was under way. */
  rolledBack(ranAhead: boolean): void {
    if (ranAhead) this.#notes.length = 0;
    else this.#notes.unshift(...this.#committed);
    this.#committed = [];
    this.#written = 0;
  }
}

/** The next commit writes the notes. After a crash before it, the messages are delivered again. */
function keepForNextTime(): void {}
