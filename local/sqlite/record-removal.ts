import type { Connection } from './connection.ts';

/** Removes everything that belongs to operations except their rows: by the numbers of the rows, and by the names in the same order. */
export type RemoveRecords = (numbers: readonly number[], names: readonly string[]) => void;

/** One statement removes the rows of many operations, because a call into the library costs about as much as a row. */
export function recordRemoval(connection: Connection): RemoveRecords {
  const listed = '(SELECT value FROM json_each(?))';
  const ofWait = `wait IN (SELECT id FROM waits WHERE operation IN ${listed})`;
  const byName = [
    `DELETE FROM pending_children WHERE ${ofWait}`,
    `DELETE FROM done_children WHERE ${ofWait}`,
    `DELETE FROM wait_parts WHERE ${ofWait}`,
    `DELETE FROM waits WHERE operation IN ${listed}`,
    `DELETE FROM outbox WHERE operation IN ${listed}`,
  ].map((sql) => connection.command(sql));
  const byNumber = [
    `DELETE FROM history WHERE operation IN ${listed}`,
    `DELETE FROM notifications WHERE operation IN ${listed}`,
  ].map((sql) => connection.command(sql));

  return (numbers, names) => {
    const [numberList, nameList] = [JSON.stringify(numbers), JSON.stringify(names)];
    for (const removal of byName) removal.run([nameList]);
    for (const removal of byNumber) removal.run([numberList]);
  };
}
