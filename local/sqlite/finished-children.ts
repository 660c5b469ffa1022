import type { DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { ChangedNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { Participant } from './participant.ts';
import type { RecentWaits } from './recent-waits.ts';
import { type RowValues, rowInserts, rowRemovals } from './row-batches.ts';
import { writeDeferred } from './unwritten-rows.ts';
import type { WaitsOfChildren } from './waits-of-children.ts';

/**
 * The outcomes of children that ended in the open transaction. Each task has read that the wait is open and the child is pending in
 * it. The rows are deferred to the end of the transaction, or to the first read of them, because a fan-out has many.
 */
export class FinishedChildren implements Participant {
  readonly #connection: Connection;
  readonly #recentWaits: RecentWaits;
  readonly #changedChildren: ChangedNames;
  readonly #waitsOfChildren: WaitsOfChildren;
  readonly #remove: (keys: readonly RowValues[]) => void;
  readonly #insert: (rows: readonly RowValues[]) => void;
  #pending: RowValues[] = [];
  #done: RowValues[] = [];
  readonly #children = new Set<string>();

  constructor(
    connection: Connection,
    changedChildren: ChangedNames,
    recentWaits: RecentWaits,
    waitsOfChildren: WaitsOfChildren,
  ) {
    this.#connection = connection;
    this.#changedChildren = changedChildren;
    this.#recentWaits = recentWaits;
    this.#waitsOfChildren = waitsOfChildren;
    this.#remove = rowRemovals(connection, 'pending_children', ['wait', 'child']);
    this.#insert = rowInserts(connection, 'INSERT INTO done_children', ['wait', 'outcome', 'child']);
  }

  add(wait: number, child: string, outcome: DoneOutcome): void {
    this.#connection.noteWrite();
    this.#pending.push([wait, child]);
    this.#done.push([wait, outcome, child]);
    this.#children.add(child);
    this.#changedChildren.add(child);
    this.#recentWaits.finish(wait, child, outcome);
    this.#waitsOfChildren.forget(child);
  }

  /** Writes the deferred rows if one of them is of this child. */
  writeIfDone(child: string): void {
    if (this.#children.has(child)) this.end();
  }

  /** If `end` throws, some rows may be written; all of them stay deferred, so that the commit fails too. */
  end(): void {
    if (this.#pending.length === 0) return;
    writeDeferred(() => {
      this.#remove(this.#pending);
      this.#insert(this.#done);
    });
    this.rolledBack();
  }

  rolledBack(): void {
    this.#pending = [];
    this.#done = [];
    this.#children.clear();
  }
}
