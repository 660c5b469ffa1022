import type { Waiters } from '../../shared/lifecycle/cycle.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { Connection } from './connection.ts';
import type { FinishedChildren } from './finished-children.ts';

const OF_OPEN_WAIT = 'JOIN waits ON waits.id = pending_children.wait AND end_time IS NULL';

/** A wait that was read in the open transaction, with the number of its row. */
export class NumberedWait implements WaitRef {
  readonly operation: OperationName;
  readonly waitId: string;
  readonly #number: number;

  constructor(operation: OperationName, waitId: string, number: number) {
    this.operation = operation;
    this.waitId = waitId;
    this.#number = number;
  }

  /** undefined for a wait that `waits` did not return. */
  static numberOf(wait: WaitRef): number | undefined {
    return #number in wait ? wait.#number : undefined;
  }
}

/** Finds the operations that wait for an operation. */
export function waiterQueries(connection: Connection, finished: FinishedChildren) {
  // One row for all waits: most children have one parent, and each further row of a query is another call into the library.
  const waits = connection.query<[string]>(
    `SELECT json_group_array(json_array(operation, wait_id, wait)) FROM (
       SELECT operation, wait_id, wait FROM pending_children ${OF_OPEN_WAIT} WHERE child = ? LIMIT ?
     )`,
  );
  // SQLite processes the rows in the order in which it finds them: breadth first.
  const waiters = connection.query<[OperationName, OperationName]>(
    `WITH RECURSIVE waiter (name, child) AS (
       SELECT operation, child FROM pending_children ${OF_OPEN_WAIT} WHERE child = ?
       UNION
       SELECT operation, pending_children.child FROM waiter
         JOIN pending_children ON pending_children.child = waiter.name ${OF_OPEN_WAIT}
     )
     SELECT name, child FROM waiter`,
  );

  return {
    /** The open waits in which the operation is a pending child. */
    waits(child: OperationName, limit: number): readonly NumberedWait[] {
      finished.writeIfDone(child);
      const [found = '[]'] = waits.first([child, limit]) ?? [];
      if (found === '[]') return [];
      const rows = JSON.parse(found) as [OperationName, string, number][];
      return rows.map(([operation, waitId, number]) => new NumberedWait(operation, waitId, number));
    },
    /** The operations that wait for it, directly or through others. */
    waiters(name: OperationName): Waiters {
      finished.end();
      const found = new Map<OperationName, OperationName>();
      for (const [waiter, child] of waiters.all([name])) {
        if (!found.has(waiter)) found.set(waiter, child);
      }
      return found;
    },
  };
}
