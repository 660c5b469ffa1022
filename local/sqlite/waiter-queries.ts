import type { Waiters } from '../../shared/lifecycle/cycle.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { UnsettledNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { FinishedChildren } from './finished-children.ts';
import { NumberedWait } from './numbered-wait.ts';
import type { WaitsOfChildren } from './waits-of-children.ts';

const OF_OPEN_WAIT = 'JOIN waits ON waits.id = pending_children.wait AND end_time IS NULL';

/** The number of waits that one query for many children reads. */
const MAX_WAITS_AT_ONCE = 10_000;

/** Finds the operations that wait for an operation. */
export function waiterQueries(
  connection: Connection,
  { changed, changedChildren }: UnsettledNames,
  finished: FinishedChildren,
  known: WaitsOfChildren,
) {
  // One row for all waits: most children have one parent, and each further row of a query is another call into the library.
  const waits = connection.query<[string]>(
    `SELECT json_group_array(json_array(operation, wait_id, wait)) FROM (
       SELECT operation, wait_id, wait FROM pending_children ${OF_OPEN_WAIT} WHERE child = ? LIMIT ?
     )`,
  );
  // CROSS JOIN: SQLite keeps the order of the tables, so it searches the index by child.
  const waitsOfMany = connection.query<[string]>(
    `SELECT json_group_array(json_array(child, operation, wait_id, wait)) FROM (
       SELECT child, operation, wait_id, wait FROM json_each(?)
         CROSS JOIN pending_children ON child = value CROSS ${OF_OPEN_WAIT} LIMIT ?
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

  /** Reads settled rows if they are about no unsettled child, and name no operation that may have ended its wait since. */
  const waitsOf = (child: OperationName, limit: number): readonly WaitRow[] => {
    if (!changedChildren.has(child)) {
      const rows = rowsIn<WaitRow>(waits.firstSettled([child, limit]));
      if (!rows.some(([operation]) => changed.has(operation))) return rows;
    }
    finished.writeIfDone(child);
    return rowsIn(waits.first([child, limit]));
  };
  const waitsOfEach = (children: readonly string[]): readonly WaitOfChildRow[] => {
    const values = [JSON.stringify(children), MAX_WAITS_AT_ONCE];
    if (!changedChildren.hasAny(children)) {
      const rows = rowsIn<WaitOfChildRow>(waitsOfMany.firstSettled(values));
      if (!rows.some(([, operation]) => changed.has(operation))) return rows;
    }
    finished.end();
    return rowsIn(waitsOfMany.first(values));
  };

  return {
    /** The open waits in which the operation is a pending child. */
    waits(child: OperationName, limit: number): readonly NumberedWait[] {
      const cached = known.get(child);
      if (cached) return cached.length > limit ? cached.slice(0, limit) : cached;
      const all = waitsOf(child, limit).map(
        ([operation, waitId, number]) => new NumberedWait(operation, waitId, number),
      );
      if (all.length < limit) known.keep(child, all);
      return all;
    },
    /** Reads the waits of many children with one query, for later calls of `waits` in the same transaction. */
    readAhead(children: readonly string[]): void {
      const unknown = children.filter((child) => known.get(child) === undefined);
      if (unknown.length === 0) return;
      const rows = waitsOfEach(unknown);
      if (rows.length === MAX_WAITS_AT_ONCE) return;
      const byChild = new Map<string, NumberedWait[]>(unknown.map((child) => [child, []]));
      for (const [child, operation, waitId, number] of rows) {
        byChild.get(child)?.push(new NumberedWait(operation, waitId, number));
      }
      for (const [child, all] of byChild) known.keep(child, all);
    },
    /** The operations that wait for it, directly or through others. */
    waiters(name: OperationName): Waiters {
      if (this.waits(name, 1).length === 0) return new Map();
      finished.end();
      const found = new Map<OperationName, OperationName>();
      for (const [waiter, child] of waiters.all([name])) {
        if (!found.has(waiter)) found.set(waiter, child);
      }
      return found;
    },
  };
}

type WaitRow = readonly [operation: OperationName, waitId: string, number: number];
type WaitOfChildRow = readonly [child: OperationName, ...WaitRow];

/** The rows of a query that returns them as one JSON array. */
function rowsIn<R>(row: readonly [string] | undefined): readonly R[] {
  const [json = '[]'] = row ?? [];
  return json === '[]' ? [] : (JSON.parse(json) as R[]);
}
