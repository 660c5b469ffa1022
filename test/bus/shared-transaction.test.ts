/** What calls of `publish` have in common that one transaction stores, and what a read of their messages waits for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bus } from '../../local/bus/bus.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import type { Connection, Query, SqlValue } from '../../local/sqlite/connection.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-shared-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A bus with one subscription, beside a table that other tasks write. */
async function openBus() {
  const connection = openThreadedConnection(join(folder, 'bus.db'));
  connection.execute('CREATE TABLE IF NOT EXISTS others (text TEXT) STRICT');
  const asked: string[] = [];
  const watched: Connection = {
    ...connection,
    query: <Row extends readonly SqlValue[]>(sql: string): Query<Row> => {
      const query = connection.query<Row>(sql);
      return {
        ...query,
        all: (values) => {
          asked.push(sql);
          return query.all(values);
        },
      };
    },
  };
  const queue = new CommitQueue(watched);
  const bus = new Bus({ storage: new SqliteStorage(watched, queue) });
  if (![...bus.registry.topics].includes('events')) {
    await bus.registry.createTopic('events');
    const config = { ackDeadline: 60, messageRetention: 3_600, ordered: false };
    await bus.registry.createSubscription({ ...config, topic: 'events', name: 'events' });
  }
  const insert = connection.command('INSERT INTO others VALUES (?)');
  return {
    ...{ bus, queue, asked },
    publish: (data: string) => bus.publish('events', [{ data: Buffer.from(data), attributes: {} }]),
    writeOther: () => queue.runAtOnce(() => insert.run(['other'])),
    /** A task that fails after it has written has the whole transaction rolled back. */
    failHalfway: () =>
      queue.runAtOnce(() => {
        insert.run(['void']);
        throw new Error('halfway');
      }),
    pull: async (maxMessages = 1_000) =>
      (await bus.pull('events', { maxMessages })).map(({ message }) => Buffer.from(message.data).toString()),
    async close() {
      await bus.close();
      queue.close();
      connection.close();
    },
  };
}

it('messages are stored once and in order, although a task of their transaction fails', async () => {
  const first = await openBus();
  const published = [first.publish('a'), first.publish('b')];
  const failed = expect(first.failHalfway()).rejects.toThrow('halfway');
  published.push(first.publish('c'), first.publish('d'));
  const ids = (await Promise.all(published)).flat().map(Number);
  await failed;
  expect(ids).toEqual([0, 1, 2, 3].map((index) => (ids[0] ?? 0) + index));
  expect(await first.pull()).toEqual(['a', 'b', 'c', 'd']);
  await first.close();
  const second = await openBus();
  expect(await second.pull()).toEqual(['a', 'b', 'c', 'd']);
  await second.close();
});

it('messages that are published while a commit is under way are stored too', async () => {
  const { publish, pull, close } = await openBus();
  const published: Promise<unknown>[] = [];
  for (let turn = 0; turn < 20; turn++) {
    published.push(publish(`${turn}a`), publish(`${turn}b`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(published);
  expect(await pull()).toHaveLength(40);
  await close();
});

/** More than the bus has of a subscription in memory. */
const BATCHES = 6;

it('a long backlog is read without waiting for a transaction under way', async () => {
  const { bus, asked, writeOther, pull, close } = await openBus();
  const texts = Array.from({ length: 1_000 }, (_, index) => String(index));
  const messages = texts.map((text) => ({ data: Buffer.from(text), attributes: {} }));
  for (let batch = 0; batch < BATCHES; batch++) await bus.publish('events', messages);
  asked.length = 0;
  const written = writeOther();
  const pulled: string[] = [];
  const all = BATCHES * messages.length;
  while (pulled.length < all - 100) pulled.push(...(await pull(100)));
  expect(asked).toEqual([]);
  while (pulled.length < all) pulled.push(...(await pull(100)));
  expect(pulled).toEqual(Array.from({ length: BATCHES }, () => texts).flat());
  await written;
  await close();
});
