/** SQLite removes expired operations in short transactions, and its caches forget only those. */
import { expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { openSqliteStore, sqliteStore } from '../../local/sqlite/store.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  countsOf,
  endWait,
  finish,
  NOW,
  newName,
  openWait,
  put,
  running,
  succeeded,
} from './fixtures.ts';

const LATE = NOW + 10_000_000;

/** The clock of the store is before every expire time, so that only the test removes. */
const atTheBeginning = () => 0;

async function removals(store: OperationStore): Promise<number> {
  let count = 1;
  while (await store.expire(LATE)) count++;
  return count;
}

it('removes many operations in several transactions', async () => {
  const store = await openSqliteStore({ now: atTheBeginning });
  const names = Array.from({ length: 600 }, () => newName('over'));
  await Promise.all(names.map((name) => put(store, succeeded(running(name)))));
  expect(await removals(store)).toBeGreaterThanOrEqual(3);
  expect((await store.operations(names)).size).toBe(0);
  await store.close();
});

it('counts the children of a removed parent as rows of the transaction', async () => {
  const store = await openSqliteStore({ now: atTheBeginning });
  const parent = newName('parent');
  const children = Array.from({ length: 600 }, () => newName('child'));
  const wait = await beginWait(store, parent, children);
  await endWait(store, wait);
  await put(store, succeeded(running(parent)));
  const other = newName('other');
  await put(store, succeeded(running(other)));
  expect(await store.expire(LATE)).toBe(true);
  expect(await store.operation(parent)).toBeUndefined();
  expect(await store.operation(other)).toBeDefined();
  expect(await store.expire(LATE)).toBe(false);
  expect(await store.operation(other)).toBeUndefined();
  await store.close();
});

it('an operation with the name of a removed one has nothing of it, and another wait keeps its counts', async () => {
  const connection = openDatabase(undefined);
  const queue = new CommitQueue(connection);
  const store = sqliteStore(connection, queue, atTheBeginning);
  const [name, child, waiting] = [newName(), newName(), newName()];
  const open = await beginWait(store, waiting, [child, newName()]);
  const over = await beginWait(store, name, [newName()]);
  await endWait(store, over);
  await put(store, succeeded(running(name)));
  expect(await removals(store)).toBe(1);

  expect(await store.operation(name)).toBeUndefined();
  expect(await store.wait(over)).toBeUndefined();
  await put(store, running(name), {}, 'again');
  expect((await store.history(name, 10)).map(({ eventId }) => eventId)).toEqual(['again']);
  expect(await store.wait(openWait(name, 1))).toBeUndefined();
  await finish(store, child);
  expect(await countsOf(store, open)).toEqual({ PENDING: 1, SUCCEEDED: 1 });
  await store.close();
  queue.close();
  connection.close();
});

it('an operation that is not durable yet stays until a later call', async () => {
  const connection = openDatabase(undefined);
  const queue = new CommitQueue(connection);
  const store = sqliteStore(connection, queue, atTheBeginning);
  const name = newName();
  const ahead = store.ahead(queue.lead);
  await put(ahead, succeeded(running(name)), { effects: [{ kind: 'publishCompletion' }] });
  await ahead.expire(LATE);
  expect(await ahead.outbox(name)).toHaveLength(1);
  expect(await store.operation(name)).toBeDefined();
  await store.removeEffects(name, [{ kind: 'publishCompletion' }]);
  await store.expire(LATE);
  expect(await store.operation(name)).toBeUndefined();
  await store.close();
  queue.close();
  connection.close();
});
