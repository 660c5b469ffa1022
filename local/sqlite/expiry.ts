import type { Connection } from './connection.ts';

const OPERATIONS_A_TRANSACTION = 500;

/** Removes operations whose time has come, with all that belongs to them; whether there may be more of them. */
export type RemoveExpired = (now: number) => boolean;

export function expiry(connection: Connection): RemoveExpired {
  const expired = connection.query<[number]>(
    'SELECT id FROM operations WHERE expire_time <= ? ORDER BY expire_time LIMIT ?',
  );
  const removals = [
    'DELETE FROM pending_children WHERE wait IN (SELECT id FROM waits WHERE operation = ?)',
    'DELETE FROM done_children WHERE wait IN (SELECT id FROM waits WHERE operation = ?)',
    'DELETE FROM waits WHERE operation = ?',
    'DELETE FROM outbox WHERE operation = ?',
    'DELETE FROM history WHERE operation = ?',
    'DELETE FROM operations WHERE id = ?',
  ].map((sql) => connection.command(sql));

  return (now) => {
    const found = expired.all([now, OPERATIONS_A_TRANSACTION]);
    for (const [id] of found) for (const removal of removals) removal.run([id]);
    return found.length === OPERATIONS_A_TRANSACTION;
  };
}
