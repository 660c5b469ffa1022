/** Usual work is decided without waiting for the thread of the database: from caches, and from rows that no transaction concerns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection, Query, SqlValue } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { createOperations } from '../../shared/client/create-operations.ts';
import { defineOperation } from '../../shared/client/definition.ts';
import { operation } from '../../shared/worker/operation.ts';
import { serve } from '../../shared/worker/serve.ts';

const PARENTS = 30;
const CHILDREN = 5;

const child = defineOperation('test.Child', {
  input: v.object({ value: v.number() }),
  response: v.object({ value: v.number() }),
});
const parent = defineOperation('test.Parent', {
  input: v.object({}),
  response: v.object({ sum: v.number() }),
});
const workers = [
  operation(child).steps({ start: ({ input }) => ({ value: input.value }) }),
  operation(parent).steps({
    start: (op) =>
      op.spawn(
        Array.from({ length: CHILDREN }, (_, value) => child({ value })),
        { then: 'collect' },
      ),
    collect: async (op) => ({
      sum: (await op.children(child).responses()).reduce((sum, { value }) => sum + value, 0),
    }),
  }),
];

/** Counts the queries that may have to wait for the thread, by their statement. */
function counting(asked: Map<string, number>) {
  return (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    return {
      ...connection,
      query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
        const query = connection.query<Row>(sql);
        const count = () => asked.set(sql, (asked.get(sql) ?? 0) + 1);
        return {
          ...query,
          first: (values) => {
            count();
            return query.first(values);
          },
          all: (values) => {
            count();
            return query.all(values);
          },
        };
      },
    };
  };
}

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-questions-'));
});
afterEach(async () => {
  await rm(data, { recursive: true });
});

it('a fan-out asks the thread nothing for each operation', async () => {
  const asked = new Map<string, number>();
  const connect = counting(asked);
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
  const serving = await serve(workers, { url: system.url, handleSignals: false });
  const lro = createOperations({ url: system.url });
  const handles = await Promise.all(Array.from({ length: PARENTS }, () => lro.create(parent, {})));
  const sums = await Promise.all(handles.map((handle) => handle.result()));
  expect(sums).toEqual(Array.from({ length: PARENTS }, () => ({ sum: 10 })));
  await serving.stop();
  await system.stop();
  const often = [...asked].filter(([, times]) => times >= PARENTS / 2);
  expect(often).toEqual([]);
});
