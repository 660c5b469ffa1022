import type { Waiters } from '../../shared/lifecycle/cycle.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { Connection } from './connection.ts';

const OF_OPEN_WAIT = 'JOIN waits ON waits.id = pending_children.wait AND end_time IS NULL';

/** Finds the operations that wait for an operation. */
export function waiterQueries(connection: Connection) {
  const waits = connection.query<[OperationName, string]>(
    `SELECT operation, wait_id FROM pending_children ${OF_OPEN_WAIT} WHERE child = ? LIMIT ?`,
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
    waits(child: OperationName, limit: number): readonly WaitRef[] {
      return waits.all([child, limit]).map(([operation, waitId]) => ({ operation, waitId }));
    },
    /** The operations that wait for it, directly or through others. */
    waiters(name: OperationName): Waiters {
      const found = new Map<OperationName, OperationName>();
      for (const [waiter, child] of waiters.all([name])) {
        if (!found.has(waiter)) found.set(waiter, child);
      }
      return found;
    },
  };
}
