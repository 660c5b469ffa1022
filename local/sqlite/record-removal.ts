import type { Connection } from './connection.ts';

/** Removes everything that belongs to an operation except its row. */
export type RemoveRecords = (number: number, name: string) => void;

export function recordRemoval(connection: Connection): RemoveRecords {
  const ofWait = 'wait IN (SELECT id FROM waits WHERE operation = ?)';
  const byName = [
    `DELETE FROM pending_children WHERE ${ofWait}`,
    `DELETE FROM done_children WHERE ${ofWait}`,
    `DELETE FROM wait_parts WHERE ${ofWait}`,
    'DELETE FROM waits WHERE operation = ?',
    'DELETE FROM outbox WHERE operation = ?',
  ].map((sql) => connection.command(sql));
  const byNumber = [
    'DELETE FROM history WHERE operation = ?',
    'DELETE FROM notifications WHERE operation = ?',
  ].map((sql) => connection.command(sql));

  return (number, name) => {
    for (const removal of byName) removal.run([name]);
    for (const removal of byNumber) removal.run([number]);
  };
}
