import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispositionOf } from '../../shared/orchestrator/ports/failure.ts';
import type { SpannerLocation } from '../../shared/spanner/database.ts';
import { protoDescriptors } from '../../shared/spanner/descriptors.ts';
import { applySchema, schemaVersions } from '../../shared/spanner/schema.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { changeOf, NOW, newName, put, running, succeeded } from './fixtures.ts';
import { newSpannerDatabase, select, spannerHost } from './implementations.ts';

describe('proto descriptors', () => {
  it('contain only the messages of the bundle', () => {
    const text = Buffer.from(protoDescriptors()).toString('latin1');
    for (const name of ['google.protobuf', 'google.rpc', 'google.longrunning']) expect(text).toContain(name);
    expect(text).not.toContain('lro.v1');
  });
});

describe.skipIf(spannerHost === undefined)('schema on Spanner', () => {
  let location: SpannerLocation;
  beforeAll(async () => {
    location = await newSpannerDatabase();
    const store = await openSpannerStore(location);
    afterAll(() => store.close());
  });

  it('applied again changes nothing', async () => {
    const count = 'SELECT COUNT(*) AS n FROM OperationsSchemaVersions';
    const [before] = await select(location, count);
    expect(await applySchema(location)).toEqual([]);
    expect(await select(location, count)).toEqual([before]);
    expect(before).toEqual({ n: (await schemaVersions('Operations')).length });
  });

  it('can be applied by two processes at the same time', async () => {
    const there = { ...location, database: `${location.database}-two` };
    await Promise.all([applySchema(there), applySchema(there)]);
    expect(await applySchema(there)).toEqual([]);
  });

  it('that lacks the tables keeps events for the time when they are there', async () => {
    const store = await openSpannerStore({ ...location, table: 'Missing' });
    const name = newName();
    const calls = {
      commit: () => store.commit({ operation: name, eventId: 'e' }, () => changeOf(running(name), 'e')),
      operation: () => store.operation(name),
      wait: () => store.wait({ operation: name, waitId: 'w' }),
      outbox: () => store.outbox(name),
    };
    for (const [call, run] of Object.entries(calls)) {
      const failure = await run().catch((error: unknown) => error);
      expect([call, dispositionOf(failure)]).toEqual([call, 'retry']);
    }
    await store.close();
  });

  it('can exist beside a schema with another table name', async () => {
    const beside = { ...location, table: 'Jobs' };
    expect(await applySchema(beside)).toHaveLength((await schemaVersions('Jobs')).length);
    const [one, other] = await Promise.all([openSpannerStore(location), openSpannerStore(beside)]);
    const name = newName();
    await put(other, running(name));
    expect(await other.operation(name)).toEqual(running(name));
    expect(await one.operation(name)).toBeUndefined();
    await Promise.all([one.close(), other.close()]);
  });

  it('refuses a table name that is not valid', async () => {
    await expect(applySchema({ ...location, table: 'x; DROP TABLE y' })).rejects.toThrow(RangeError);
  });

  it('gives a row the name of its message as its key', async () => {
    const store = await openSpannerStore(location);
    const name = newName();
    await put(store, running(name));
    await store.close();
    const rows = await select(location, `SELECT key, Operation.name FROM Operations WHERE key = '${name}'`);
    expect(rows).toEqual([{ key: name, name }]);
    const [column] = await select(
      location,
      `SELECT GENERATION_EXPRESSION AS e FROM INFORMATION_SCHEMA.COLUMNS
       WHERE TABLE_NAME = 'Operations' AND COLUMN_NAME = 'key'`,
    );
    expect(column?.e).toContain('Operation.name');
  });

  it('has no index, and no table, whose keys begin with a time', async () => {
    const rows = await select(
      location,
      `SELECT TABLE_NAME AS t, INDEX_NAME AS i, SPANNER_TYPE AS type FROM INFORMATION_SCHEMA.INDEX_COLUMNS
       WHERE TABLE_SCHEMA = '' AND ORDINAL_POSITION = 1`,
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ type }) => String(type).startsWith('TIMESTAMP'))).toEqual([]);
  });

  it('removes rows only after sweep has found no effect of them', async () => {
    const [table] = await select(
      location,
      `SELECT ROW_DELETION_POLICY_EXPRESSION AS e FROM INFORMATION_SCHEMA.TABLES
       WHERE TABLE_NAME = 'Operations'`,
    );
    expect(table?.e).toBe('OLDER_THAN(RemoveTime, INTERVAL 0 DAY)');
    const store = await openSpannerStore(location);
    const [active, over, owing] = [newName('active'), newName('over'), newName('owing')];
    await put(store, running(active));
    await put(store, succeeded(running(over)));
    await put(store, succeeded(running(owing)), { effects: [{ kind: 'publishCompletion' }] });
    const removal = async () => {
      const sql = `SELECT key, RemoveTime IS NOT NULL AS removed, RemoveTime = ExpireTime AS inTime
        FROM Operations WHERE key IN ('${active}', '${over}', '${owing}')`;
      return new Map((await select(location, sql)).map(({ key, ...row }) => [key, row]));
    };
    const kept = { removed: false, inTime: null };
    expect(await removal()).toEqual(
      new Map([
        [active, kept],
        [over, kept],
        [owing, kept],
      ]),
    );
    await store.expire(NOW * 2);
    expect(await removal()).toEqual(
      new Map<unknown, unknown>([
        [active, kept],
        [over, { removed: true, inTime: true }],
        [owing, kept],
      ]),
    );
    // A late event makes it something to be kept for.
    await put(store, succeeded(running(over)), { effects: [{ kind: 'publishCompletion' }] });
    expect((await removal()).get(over)).toEqual(kept);
    await store.close();
  });

  it('leaves a wait of 10,000 children far below the 80,000 mutations of a commit', async () => {
    // Spanner counts the columns of the row, and those of each index entry: its own and the rest of the row's key.
    const columns = await select(
      location,
      `SELECT COLUMN_NAME AS c FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'OperationsPendingChildren'`,
    );
    const indexed = await select(
      location,
      `SELECT INDEX_NAME AS i, COLUMN_NAME AS c FROM INFORMATION_SCHEMA.INDEX_COLUMNS
       WHERE TABLE_NAME = 'OperationsPendingChildren'`,
    );
    const keys = new Set(indexed.filter(({ i }) => i === 'PRIMARY_KEY').map(({ c }) => c));
    const entries = new Map<unknown, Set<unknown>>();
    for (const { i, c } of indexed) {
      if (i !== 'PRIMARY_KEY') entries.set(i, (entries.get(i) ?? new Set(keys)).add(c));
    }
    const each = columns.length + [...entries.values()].reduce((sum, { size }) => sum + size, 0);
    expect(each).toBe(6);
  });

  it('removes an operation together with all its rows', async () => {
    const rows = await select(
      location,
      `SELECT TABLE_NAME AS t, PARENT_TABLE_NAME AS parent, ON_DELETE_ACTION AS action
       FROM INFORMATION_SCHEMA.TABLES
       WHERE TABLE_SCHEMA = '' AND STARTS_WITH(TABLE_NAME, 'Operations') AND TABLE_TYPE = 'BASE TABLE'`,
    );
    const owned = rows.filter(({ t }) => !String(t).match(/^Operations(SchemaVersions|Sweeps)?$/));
    expect(owned).toHaveLength(7);
    for (const { action } of owned) expect(action).toBe('CASCADE');
  });
});
