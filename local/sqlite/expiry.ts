import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Connection } from './connection.ts';
import { recordRemoval } from './record-removal.ts';
import type { Tables } from './tables.ts';

/** About how many rows one transaction removes, so that the calls that share the transaction wait only a few milliseconds longer. */
const ROWS_A_TRANSACTION = 500;
const MAX_OPERATIONS = 200;

/**
 * Removes expired operations with everything that belongs to them, as many as a short transaction can. An operation with an entry in the
 * outbox is not removed, because its completion would be lost. Returns whether there may be more.
 */
export type RemoveExpired = (now: number) => boolean;

type Row = [number: number, name: OperationName, rows: number];

export function expiry(connection: Connection, { changed, caches }: Tables): RemoveExpired {
  const expired = connection.query<Row>(
    `SELECT id, name, 1 + history_length + IFNULL(
       (SELECT SUM(size) FROM wait_parts WHERE wait IN (SELECT id FROM waits WHERE operation = name)), 0)
     FROM operations
     WHERE expire_time <= ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.operation = operations.name)
     ORDER BY expire_time LIMIT ?`,
  );
  const removeRecords = recordRemoval(connection);
  const removeOperations = connection.command(
    'DELETE FROM operations WHERE id IN (SELECT value FROM json_each(?))',
  );

  return (now) => {
    const found = expired.allSettled([now, MAX_OPERATIONS]);
    // Of an operation that is not settled, rows may be deferred, or the row itself may be removed already: it is removed later.
    const settled = found.filter(([, name]) => !changed.has(name));
    const removed = firstRows(settled);
    if (removed.length > 0) {
      const numbers = removed.map(([number]) => number);
      const names = removed.map(([, name]) => name);
      for (const name of names) changed.add(name);
      removeRecords(numbers, names);
      removeOperations.run([JSON.stringify(numbers)]);
      for (const name of names) caches.forget(name);
    }
    return found.length === MAX_OPERATIONS || removed.length < settled.length;
  };
}

/** The first operations that have the rows of one transaction together, at least one. */
function firstRows(found: readonly Row[]): readonly Row[] {
  let sum = 0;
  const end = found.findIndex(([, , rows]) => {
    sum += rows;
    return sum >= ROWS_A_TRANSACTION;
  });
  return end === -1 ? found : found.slice(0, end + 1);
}
