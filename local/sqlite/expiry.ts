import type { Connection } from './connection.ts';
import type { Tables } from './tables.ts';

const OPERATIONS_A_TRANSACTION = 500;

/** Removes operations whose time has come, with all that belongs to them; whether there may be more of them. */
export type RemoveExpired = (now: number) => boolean;

export function expiry(connection: Connection, { participants }: Tables): RemoveExpired {
  const expired = connection.query<[number, string]>(
    'SELECT id, name FROM operations WHERE expire_time <= ? ORDER BY expire_time LIMIT ?',
  );
  const removalsByName = [
    'DELETE FROM pending_children WHERE wait IN (SELECT id FROM waits WHERE operation = ?)',
    'DELETE FROM done_children WHERE wait IN (SELECT id FROM waits WHERE operation = ?)',
    'DELETE FROM waits WHERE operation = ?',
    'DELETE FROM outbox WHERE operation = ?',
  ].map((sql) => connection.command(sql));
  const removalsByNumber = [
    'DELETE FROM history WHERE operation = ?',
    'DELETE FROM operations WHERE id = ?',
  ].map((sql) => connection.command(sql));

  return (now) => {
    const found = expired.all([now, OPERATIONS_A_TRANSACTION]);
    if (found.length === 0) return false;
    // What the tasks before left to the end of the transaction has to be there, to go as well.
    for (const participant of participants) participant.end?.();
    for (const [number, name] of found) {
      for (const removal of removalsByName) removal.run([name]);
      for (const removal of removalsByNumber) removal.run([number]);
    }
    return found.length === OPERATIONS_A_TRANSACTION;
  };
}
