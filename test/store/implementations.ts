/** The stores that the contract suite runs over: what holds on one of them holds on all. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spanner } from '@google-cloud/spanner';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { ObservableStore } from '../../shared/orchestrator/ports/observable-store.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import type { SpannerLocation } from '../../shared/spanner/database.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';

/** Some bytes come as a Buffer, which is a Uint8Array of its own kind: only the bytes count. */
expect.addEqualityTesters([
  (one, other) =>
    one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : undefined,
]);

export interface Subject {
  readonly store: ObservableStore;
  /** Another store on the same data; undefined where the data goes with the store. */
  readonly reopen?: () => Promise<OperationStore>;
  /** Opens the store as another process that works beside this one. Absent if only one process at a time can have it. */
  readonly another?: () => Promise<OperationStore>;
  /** Whether the operation is gone, or is left to the database to be removed. */
  isLetGo(name: OperationName): Promise<boolean>;
  /** All bytes that the data is kept in, those of every table or file; undefined where they are out of reach. */
  readonly bytes?: () => Promise<Buffer>;
  dispose(): Promise<void>;
}

interface Implementation {
  readonly name: string;
  readonly available: boolean;
  open(): Promise<Subject>;
}

export const spannerHost = inject('spannerEmulatorHost');

export const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: 'SQLite in memory',
    available: true,
    async open() {
      const store = await openSqliteStore();
      return { store, isLetGo: isGone(store), dispose: () => store.close() };
    },
  },
  {
    name: 'SQLite on disk',
    available: true,
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'lro-store-'));
      const reopen = () => openSqliteStore({ file: join(folder, 'store.db') });
      const store = await reopen();
      const dispose = async () => {
        await store.close();
        await rm(folder, { recursive: true });
      };
      return { store, reopen, isLetGo: isGone(store), bytes: () => filesOf(folder), dispose };
    },
  },
  {
    name: 'Spanner',
    available: spannerHost !== undefined,
    async open() {
      const location = await newSpannerDatabase();
      const reopen = () => openSpannerStore(location);
      const store = await reopen();
      const isLetGo = isLeftToPolicy(location);
      const bytes = () => tablesOf(location);
      return { store, reopen, another: reopen, isLetGo, bytes, dispose: () => store.close() };
    },
  },
];

function isGone(store: OperationStore): Subject['isLetGo'] {
  return async (name) => (await store.operation(name)) === undefined;
}

/** The emulator takes the row deletion policy but carries it out on no row. */
function isLeftToPolicy(location: SpannerLocation): Subject['isLetGo'] {
  return async (name) => {
    const sql = `SELECT RemoveTime IS NOT NULL AS gone FROM Operations WHERE key = '${name}'`;
    return (await select(location, sql))[0]?.gone === true;
  };
}

/** The database and its log, also where SQLite has marked a page as free. */
async function filesOf(folder: string): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

/** Every cell of every table. Bytes stand as they are, so that a text in them is found. */
async function tablesOf(location: SpannerLocation): Promise<Buffer> {
  const names = await select(
    location,
    "SELECT TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ''",
  );
  const cells: Buffer[] = [];
  for (const { name } of names) {
    for (const row of await select(location, `SELECT * FROM ${name}`)) {
      for (const value of Object.values(row)) cells.push(cellBytes(value));
    }
  }
  return Buffer.concat(cells);
}

function cellBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const inner = (value as { value?: unknown } | null)?.value;
  return inner instanceof Uint8Array ? Buffer.from(inner) : Buffer.from(JSON.stringify(value) ?? '');
}

/** What is there in INFORMATION_SCHEMA, or in the tables themselves. */
export async function select(
  location: SpannerLocation,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const spanner = new Spanner({ projectId: location.project });
  const database = spanner.instance(location.instance).database(location.database);
  try {
    const [rows] = await database.run({ sql, json: true });
    return rows.map((row) => ('toJSON' in row && typeof row.toJSON === 'function' ? row.toJSON() : row));
  } finally {
    await database.close();
    spanner.close();
  }
}

/** A database of its own on the emulator that all test files share. */
export async function newSpannerDatabase(): Promise<SpannerLocation> {
  process.env.SPANNER_EMULATOR_HOST = spannerHost;
  const database = `store-${randomUUID().slice(0, 8)}`;
  const location = { project: 'test-project', instance: 'test-instance', database };
  await applySchema(location);
  return location;
}

/** Declares the cases once for each store. All cases of a file share one store: their operations have names of their own. */
export function onEveryStore(title: string, cases: (subject: () => Subject) => void): void {
  for (const { name, available, open } of IMPLEMENTATIONS) {
    describe.skipIf(!available)(`${title}: ${name}`, () => {
      let opened: Subject | undefined;
      beforeAll(async () => {
        opened = await open();
      });
      afterAll(() => opened?.dispose());
      cases(() => {
        if (!opened) throw new Error('The store is not open.');
        return opened;
      });
    });
  }
}
