import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Connection } from './connection.ts';
import type { Participant } from './participant.ts';
import { recordRemoval } from './record-removal.ts';
import type { Tables } from './tables.ts';

const OPERATIONS_A_TRANSACTION = 500;

/**
 * Removes expired operations with everything that belongs to them. Returns whether there may be more. An operation with an
 * entry in the outbox is not removed, because its completion would be lost.
 */
export type RemoveExpired = (now: number) => boolean;

export function expiry(connection: Connection, { participants, changed, caches }: Tables): RemoveExpired {
  const expired = connection.query<[number, OperationName]>(
    `SELECT id, name FROM operations
     WHERE expire_time <= ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.operation = operations.name)
     ORDER BY expire_time LIMIT ?`,
  );
  const removeRecords = recordRemoval(connection);
  const removeOperation = connection.command('DELETE FROM operations WHERE id = ?');

  return (now) => {
    // Writes the deferred rows of earlier tasks, so that they are counted and removed too.
    for (const participant of participants as readonly Participant[]) participant.end?.();
    const found = expired.all([now, OPERATIONS_A_TRANSACTION]);
    for (const [number, name] of found) {
      changed.add(name);
      removeRecords(number, name);
      removeOperation.run([number]);
    }
    if (found.length > 0) caches.clear();
    return found.length === OPERATIONS_A_TRANSACTION;
  };
}
