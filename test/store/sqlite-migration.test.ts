import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { childrenOf, newName } from './fixtures.ts';

/** A database as it was when the schema had the first `count` files. */
function oldDatabase(file: string, count: number) {
  const connection = openThreadedConnection(file);
  const files = ['0001_store.sql', '0002_list.sql'].slice(0, count);
  for (const name of files) {
    const path = new URL(`../../local/sqlite/schema/${name}`, import.meta.url);
    connection.execute(readFileSync(path, 'utf8'));
  }
  connection.execute(`PRAGMA user_version = ${count}`);
  return connection;
}

it('keeps the waits and effects of a database that refers to operations by number', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lro-migration-'));
  const file = join(folder, 'store.db');
  const [parent, child] = [newName('parent'), newName('child')];
  const old = oldDatabase(file, 2);
  const terms = { policy: { kind: 'ALL_DONE' }, childCount: 1, externals: [], pollFrequency: 10_000 };
  old.transaction(() => {
    old
      .command(
        `INSERT INTO operations (id, name, message, state, create_time, update_time, cancel_request, history_length, wait_id)
       VALUES (7, ?, x'', 'WAITING', 1, 1, 'NONE', 0, 'w')`,
      )
      .run([parent]);
    old
      .command(
        `INSERT INTO waits (id, operation, wait_id, start_time, deadline, terms, execution) VALUES (3, 7, 'w', 1, 2, ?, 'e')`,
      )
      .run([JSON.stringify(terms)]);
    old.command('INSERT INTO pending_children VALUES (3, ?)').run([child]);
    old
      .command(`INSERT INTO outbox VALUES (7, 'startWait:w', '{"kind":"startWait","waitId":"w"}', 2, 9)`)
      .run([]);
  });
  old.close();

  const store = await openSqliteStore({ file });
  const ref = { operation: parent, waitId: 'w' };
  expect(await store.wait(ref)).toMatchObject({ ...ref, ...terms, deadline: 2, execution: 'e' });
  expect(await childrenOf(store, ref)).toEqual([{ key: child, outcome: 'PENDING' }]);
  expect(await store.dueOperations(2, 10)).toEqual([{ name: parent, method: '', dueTime: 2 }]);
  const effect = { kind: 'startWait', waitId: 'w' };
  expect(await store.outbox(parent)).toEqual([{ operation: parent, effect, attempts: 2, due: 9 }]);
  await store.close();
  await rm(folder, { recursive: true });
});
