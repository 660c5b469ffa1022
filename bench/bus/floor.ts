import Libsql from 'libsql';

/** One message of the benchmark: a small event of a worker. */
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
 * The least cost of a durable message: its row is written and then deleted, with `share` messages in each commit. Resolves with
 * messages per second.
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

/** Measures commits of one row: the least latency of a durable message, in milliseconds. */
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
