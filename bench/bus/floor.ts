import Libsql from 'libsql';

/** One message of the benchmark: a small event, as a worker publishes it. */
export const DATA = Buffer.from(
  JSON.stringify({
    operation: 'operations/0123456789abcdef',
    eventId: '0123456789abcdef',
    succeeded: {
      response: {
        '@type': 'type.googleapis.com/google.protobuf.Struct',
        value: { answer: 42, text: 'x'.repeat(50) },
      },
    },
  }),
);

/**
 * What a durable message costs at least: its row written, and deleted once it is done, `share` messages to a commit,
 * with nothing around the library. The number of messages a second.
 */
export function floorRate(file: string, messages: number, share: number): number {
  const database = new Libsql(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE floor (id INTEGER PRIMARY KEY, time INTEGER, attributes TEXT, data BLOB)');
  const insert = database.prepare('INSERT INTO floor VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM floor WHERE id = ?');
  const begin = performance.now();
  for (let first = 0; first < messages; first += share) {
    database.exec('BEGIN IMMEDIATE');
    for (let id = first; id < first + share; id++) insert.run([id, begin, '', DATA]);
    for (let id = first - share; id >= 0 && id < first; id++) remove.run([id]);
    database.exec('COMMIT');
  }
  const elapsed = performance.now() - begin;
  database.close();
  return (messages / elapsed) * 1_000;
}

/** A commit of one row, as often as it is called: all that a latency can't be without. Milliseconds. */
export function openFloor(file: string): { commit(): number; close(): void } {
  const database = new Libsql(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB)');
  const insert = database.prepare('INSERT INTO floor (data) VALUES (?)');
  return {
    commit() {
      const begin = performance.now();
      insert.run([DATA]);
      return performance.now() - begin;
    },
    close: () => database.close(),
  };
}
