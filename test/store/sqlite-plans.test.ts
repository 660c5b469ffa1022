/** No statement that the store prepares when it opens reads the whole of a table that grows with finished operations. */
import { expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { type Connection, openConnection } from '../../local/sqlite/connection.ts';
import { migrate } from '../../local/sqlite/migrations.ts';
import { sqliteStore } from '../../local/sqlite/store.ts';

/** SQLite reports a read of the whole table as `SEARCH` too, if it looks for a MIN or MAX without an index. */
const GROWS = /^(?:SCAN|SEARCH) (operations|history|waits|wait_parts|done_children|notifications)$/;

it('the statements of the store find their rows by an index', async () => {
  const connection = openConnection();
  // A database of its own explains the statements. It stays open, because closing it fails with `database table is locked`.
  const plans = openConnection();
  migrate(plans);
  const prepared: string[] = [];
  const noted: Connection = {
    ...connection,
    query: (sql) => {
      prepared.push(sql);
      return connection.query(sql);
    },
    command: (sql) => {
      prepared.push(sql);
      return connection.command(sql);
    },
  };
  const queue = new CommitQueue(noted);
  const store = sqliteStore(noted, queue);
  const scans = prepared
    .filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/i.test(sql))
    .flatMap((sql) =>
      plans
        .query<[number, number, number, string]>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(Array.from({ length: placesOf(sql) }, () => null))
        .filter(([, , , detail]) => GROWS.test(detail))
        .map(([, , , detail]) => `${detail}: ${sql}`),
    );
  await store.close();
  queue.close();
  connection.close();
  expect(prepared.length).toBeGreaterThan(20);
  expect(scans).toEqual([]);
});

/** How many values a statement takes: numbered places may stand in it more than once. */
function placesOf(sql: string): number {
  const numbers = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers) || [...sql.matchAll(/\?/g)].length;
}
