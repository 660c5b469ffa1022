/** A row that does not fit together is the store's fault: what comes of it is no fault of an event. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spanner } from '@google-cloud/spanner';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { dispositionOf } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { beginWait, changeOf, newName, put, running } from './fixtures.ts';
import { newSpannerDatabase, spannerHost } from './implementations.ts';

async function expectInternal(store: OperationStore, name: OperationName) {
  const reading = store.operation(name);
  const failure = { name: 'Failure', kind: 'internal', code: 13 };
  await expect(reading).rejects.toMatchObject(failure);
  await expect(reading).rejects.toThrow(name);
  const committing = store.commit({ operation: name, eventId: 'e' }, () => changeOf(running(name), 'e'));
  await expect(committing).rejects.toMatchObject(failure);
  expect(dispositionOf(await committing.catch((error: unknown) => error))).toBe('retry');
  await expect(store.inspection(name, { history: 1, waits: 1 })).rejects.toMatchObject(failure);
}

it('is reported as internal by SQLite, with the name of the operation', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lro-broken-'));
  const file = join(folder, 'store.db');
  const [name, other] = [newName(), newName()];
  const before = await openSqliteStore({ file });
  await beginWait(before, name, []);
  await before.close();
  const connection = openThreadedConnection(file);
  connection.execute('DELETE FROM waits');
  connection.close();
  const store = await openSqliteStore({ file });
  await expectInternal(store, name);
  await put(store, running(other));
  expect(await store.operation(other)).toEqual(running(other));
  await store.close();
  await rm(folder, { recursive: true });
});

it.skipIf(spannerHost === undefined)(
  'is reported as internal by Spanner, with the name of the operation',
  async () => {
    const location = await newSpannerDatabase();
    const store = await openSpannerStore(location);
    const [name, other] = [newName(), newName()];
    await beginWait(store, name, []);
    const spanner = new Spanner({ projectId: location.project });
    const database = spanner.instance(location.instance).database(location.database);
    await database.table('OperationsWaits').deleteRows([[name, 'wait-1']]);
    await database.close();
    spanner.close();
    await expectInternal(store, name);
    await put(store, running(other));
    expect(await store.operation(other)).toEqual(running(other));
    await store.close();
  },
);
