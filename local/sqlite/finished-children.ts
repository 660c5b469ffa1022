import type { DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { Participant } from './commit-queue.ts';
import type { Connection } from './connection.ts';
import { type RowValues, rowInserts, rowRemovals } from './row-batches.ts';

/**
 * Children that are done in waits that were open, with the children pending in them, when their task read it. The rows are left to
 * the end of the transaction, or to the first that looks for them: in a fan-out they are many.
 */
export class FinishedChildren implements Participant {
  readonly #connection: Connection;
  readonly #remove: (keys: readonly RowValues[]) => void;
  readonly #insert: (rows: readonly RowValues[]) => void;
  #pending: RowValues[] = [];
  #done: RowValues[] = [];
  readonly #children = new Set<string>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#remove = rowRemovals(connection, 'pending_children', ['wait', 'child']);
    this.#insert = rowInserts(connection, 'INSERT INTO done_children', ['wait', 'outcome', 'child']);
  }

  add(wait: number, child: string, outcome: DoneOutcome): void {
    this.#connection.noteWrite();
    this.#pending.push([wait, child]);
    this.#done.push([wait, outcome, child]);
    this.#children.add(child);
  }

  /** Writes them where the child is among them. */
  settle(child: string): void {
    if (this.#children.has(child)) this.end();
  }

  /** Where it throws, the rows stay, so that the commit fails as well: some of them may be written. */
  end(): void {
    if (this.#pending.length === 0) return;
    this.#remove(this.#pending);
    this.#insert(this.#done);
    this.rolledBack();
  }

  rolledBack(): void {
    this.#pending = [];
    this.#done = [];
    this.#children.clear();
  }
}
