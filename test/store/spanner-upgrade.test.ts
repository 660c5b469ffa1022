/** A Spanner database of the release before, whose functions still write while it is upgraded. */
import { Spanner } from '@google-cloud/spanner';
import { beforeAll, describe, expect, it } from 'vitest';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { encodeOperation } from '../../shared/messages/operation.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import type { SpannerLocation } from '../../shared/spanner/database.ts';
import { CREATE_PROTO_BUNDLE, protoDescriptors } from '../../shared/spanner/descriptors.ts';
import { applySchema, schemaVersions } from '../../shared/spanner/schema.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import {
  childrenOf,
  deleted,
  endWait,
  finish,
  NOW,
  openWait,
  put,
  running,
  succeeded,
  waitingFor,
  waitsOf,
} from './fixtures.ts';
import { newSpannerDatabase, select, spannerHost } from './implementations.ts';

const EARLIER_FILES = 4;
const HOUR = 3_600_000;

/** The rows as the release before writes them: with its columns and no others. */
async function withEarlierRows<T>(
  location: SpannerLocation,
  write: (rows: EarlierRows) => Promise<T>,
): Promise<T> {
  const spanner = new Spanner({ projectId: location.project });
  const database = spanner.instance(location.instance).database(location.database);
  const insert = (table: string, row: object) => database.table(table).insert(row);
  try {
    return await write({
      operation: (id, state, fields = {}) =>
        insert('Operations', {
          Operation: Buffer.from(encodeOperation(earlierOperation(id, state))),
          State: state,
          Method: 'acme.v1.Work',
          Labels: '{"a":"b"}',
          CreateTime: new Date(NOW),
          UpdateTime: new Date(NOW),
          CancelRequest: 'NONE',
          CreationOrder: '0/063902995200000000000/c',
          HistoryLength: 1,
          ...fields,
        }),
      wait: (id, waitId, deadline, fields = {}) =>
        insert('OperationsWaits', {
          key: operationName(id),
          WaitId: waitId,
          Position: 1,
          StartTime: new Date(NOW),
          Deadline: new Date(deadline),
          Terms: JSON.stringify({
            ...{ policy: { kind: 'ALL_DONE' }, childCount: 2, externals: [], pollFrequency: 10_000 },
            ...fields,
          }),
        }),
      pending: (id, waitId, child) =>
        insert('OperationsPendingChildren', { key: operationName(id), WaitId: waitId, Child: child }),
      effect: (id, effect) =>
        insert('OperationsOutbox', {
          ...{ key: operationName(id), EffectId: effect.kind, Effect: JSON.stringify(effect) },
          ...{ Attempts: 0, Due: new Date(NOW) },
        }),
    });
  } finally {
    await database.close();
    spanner.close();
  }
}

interface EarlierRows {
  operation(id: string, state: string, fields?: object): Promise<unknown>;
  wait(id: string, waitId: string, deadline: number, fields?: object): Promise<unknown>;
  pending(id: string, waitId: string, child: string): Promise<unknown>;
  effect(id: string, effect: { readonly kind: string }): Promise<unknown>;
}

function earlierOperation(id: string, state: string) {
  const active = running(operationName(id));
  return state === 'SUCCEEDED' ? succeeded(active) : active;
}

async function newEarlierDatabase(): Promise<SpannerLocation> {
  const { database, ...place } = await newSpannerDatabase();
  const location = { ...place, database: `${database}-old` };
  const files = (await schemaVersions('Operations')).slice(0, EARLIER_FILES);
  const spanner = new Spanner({ projectId: location.project });
  const [, operation] = await spanner.instance(location.instance).createDatabase(location.database, {
    extraStatements: [
      CREATE_PROTO_BUNDLE,
      'CREATE TABLE OperationsSchemaVersions (Version STRING(MAX) NOT NULL, ApplyTime TIMESTAMP NOT NULL) PRIMARY KEY (Version)',
      ...files.flatMap(({ statements }) => statements),
    ],
    protoDescriptors: Buffer.from(protoDescriptors()),
  });
  await operation.promise();
  const versions = files.map(({ name }) => ({ Version: name, ApplyTime: new Date(NOW).toISOString() }));
  await spanner
    .instance(location.instance)
    .database(location.database)
    .table('OperationsSchemaVersions')
    .insert(versions);
  spanner.close();
  return location;
}

const ENDED = { CompleteTime: new Date(NOW), ExpireTime: new Date(NOW + HOUR), TerminalEventId: 'e' };

describe.skipIf(spannerHost === undefined)('a Spanner database of the release before', () => {
  let location: SpannerLocation;
  let store: OperationStore;
  beforeAll(async () => {
    location = await newEarlierDatabase();
    await withEarlierRows(location, async ({ operation, wait, pending, effect }) => {
      await operation('parent', 'WAITING', { WaitId: 'w1' });
      await wait('parent', 'w1', NOW + 5 * HOUR);
      await pending('parent', 'w1', operationName('two'));
      await pending('parent', 'w1', operationName('one'));
      await operation('sleeper', 'WAITING', { WaitId: 'w2' });
      await wait('sleeper', 'w2', NOW + 9 * HOUR, { sleepUntil: NOW + HOUR });
      await operation('one', 'RUNNING');
      await operation('over', 'SUCCEEDED', ENDED);
      await operation('owing', 'SUCCEEDED', ENDED);
      await effect('owing', { kind: 'publishCompletion' });
    });
    const newer = (await schemaVersions('Operations')).slice(EARLIER_FILES).map(({ name }) => name);
    expect(await applySchema(location)).toEqual(newer);
    store = await openSpannerStore(location);
    return () => store.close();
  });

  it('reads as operations without attempts', async () => {
    const creation = {
      order: '0/063902995200000000000/c',
      value: { method: 'acme.v1.Work', labels: { a: 'b' } },
    };
    const name = operationName('one');
    expect(await store.operation(name)).toEqual({ ...running(name, { attempts: [] }), creation });
    const parent = await store.operation(operationName('parent'));
    expect(parent).toMatchObject({ state: 'WAITING', lookTime: NOW + 5 * HOUR });
  });

  it('finds waits by their deadlines until the first sweep sets their due times', async () => {
    const due = async (hours: number) =>
      (await store.dueOperations(NOW + hours * HOUR, 10)).map(({ name, dueTime }) => [name, dueTime - NOW]);
    expect(await due(4)).toEqual([]);
    expect(await due(5)).toEqual([[operationName('parent'), 5 * HOUR]]);
    await store.noteSweep(NOW, HOUR);
    expect(await due(5)).toEqual([
      [operationName('sleeper'), HOUR],
      [operationName('parent'), 5 * HOUR],
    ]);
    const [row] = await select(location, 'SELECT COUNT(*) AS n FROM Operations WHERE DueTime IS NOT NULL');
    expect(row?.n).toBe(2);
  });

  it('finds and postpones waits that functions of that release begin later', async () => {
    await withEarlierRows(location, async ({ operation, wait }) => {
      await operation('late', 'WAITING', { WaitId: 'w' });
      await wait('late', 'w', NOW + 2 * HOUR);
    });
    const found = async () =>
      (await store.dueOperations(NOW + 3 * HOUR, 10)).find(({ name }) => name === operationName('late'));
    const due = await found();
    expect(due).toEqual({ name: operationName('late'), method: 'acme.v1.Work', dueTime: NOW + 2 * HOUR });
    if (due) await store.postponeDue(due, NOW + 4 * HOUR);
    expect(await found()).toBeUndefined();
  });

  it('removes operations that had ended, and keeps those with effects to carry out', async () => {
    while (await store.expire(NOW + 2 * HOUR)) {
      // Until nothing more can be let go of.
    }
    const removed = await select(location, 'SELECT key FROM Operations WHERE RemoveTime IS NOT NULL');
    expect(removed).toEqual([{ key: operationName('over') }]);
  });

  it('lets its waits end, and its children be listed by name', async () => {
    const parent = operationName('parent');
    const [wait] = await waitsOf(store, parent);
    if (!wait || wait.end) throw new Error('The wait is open.');
    expect((await finish(store, operationName('one'))).waits).toEqual([{ operation: parent, waitId: 'w1' }]);
    expect(await childrenOf(store, wait)).toEqual([
      { key: operationName('one'), outcome: 'SUCCEEDED' },
      { key: operationName('two'), outcome: 'PENDING' },
    ]);
    const over = await endWait(store, wait);
    expect(await store.wait(wait)).toEqual(over);
    const next = openWait(parent, 0, { waitId: 'w9' });
    await put(store, waitingFor(running(parent), next), {
      begun: { wait: next, childKeys: [], spawnKeys: new Map(), spawn: [], gone: [] },
    });
    expect(await store.operation(parent)).toEqual(waitingFor(running(parent), next));
    await put(store, deleted(parent));
    expect((await store.operation(parent))?.state).toBe('DELETED');
  });
});
