/** Delivery of messages that are not durable yet. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bus } from '../../local/bus/bus.ts';
import type { DeliveredMessage } from '../../local/bus/delivered-message.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { settle, text } from './timed-bus.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-ahead-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SUBSCRIPTION = { topic: 'topic', ackDeadline: 60, messageRetention: 3_600, ordered: false };

/** A bus with a subscription `ahead`, whose handler is ahead of the disk, and one `other`, on a disk that the test holds. */
async function onHeldDisk() {
  const connection = openThreadedConnection(join(folder, 'bus.db'));
  let finish: (() => void) | undefined;
  let holds = false;
  let failing = false;
  const held: Connection = {
    ...connection,
    sync: () =>
      holds
        ? new Promise<void>((resolve) => {
            finish = resolve;
          })
        : connection.sync(),
    commit: () => {
      if (failing) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      connection.commit();
    },
  };
  const queue = new CommitQueue(held);
  const bus = new Bus({ storage: new SqliteStorage(held, queue) });
  await bus.registry.createTopic('topic');
  const seen: Record<'ahead' | 'other', string[]> = { ahead: [], other: [] };
  for (const name of ['ahead', 'other'] as const) {
    await bus.registry.createSubscription({ ...SUBSCRIPTION, name });
    const handler = async (message: DeliveredMessage) => void seen[name].push(text(message));
    bus.consume(name, handler, { isAhead: () => name === 'ahead' });
  }
  const count = connection.query<[number]>('SELECT COUNT(*) FROM bus_backlog');
  return {
    ...{ bus, queue, seen },
    publish: (data: string) => bus.publish('topic', [{ data: Buffer.from(data), attributes: {} }]),
    stored: () => count.first([])?.[0],
    hold: () => {
      holds = true;
    },
    release: () => {
      holds = false;
      finish?.();
    },
    fail: (fails: boolean) => {
      failing = fails;
    },
    async close() {
      await bus.close();
      connection.close();
    },
  };
}

it('delivers a message that is not durable only to a handler ahead of the disk', async () => {
  const { publish, seen, hold, release, close } = await onHeldDisk();
  hold();
  const published = publish('one');
  let isPublished = false;
  published.then(() => {
    isPublished = true;
  });
  for (let round = 0; round < 5; round++) await settle();
  expect(seen).toEqual({ ahead: ['one'], other: [] });
  expect(isPublished).toBe(false);
  release();
  await published;
  await expect.poll(() => seen.other).toEqual(['one']);
  await close();
});

it('does not write a message that is acknowledged in the transaction of its publish', async () => {
  const { bus, publish, stored, hold, release, close } = await onHeldDisk();
  await bus.registry.deleteSubscription('other');
  hold();
  const published = publish('one');
  for (let round = 0; round < 5; round++) await settle();
  expect(stored()).toBe(0);
  release();
  await published;
  await close();
});

it('does not deliver a message if its publish failed, and delivers later messages', async () => {
  const { bus, publish, seen, fail, close } = await onHeldDisk();
  await bus.registry.deleteSubscription('ahead');
  fail(true);
  await expect(publish('one')).rejects.toThrow(/full/);
  fail(false);
  await publish('two');
  await expect.poll(() => seen.other).toEqual(['two']);
  await close();
});

it('does not deliver a message that was published ahead of the disk and rolled back', async () => {
  const { bus, queue, seen, fail, publish, close } = await onHeldDisk();
  queue.lead.onEnd(() => bus.restore());
  fail(true);
  bus.publishAhead('topic', [{ data: Buffer.from('void'), attributes: {} }]);
  await settle();
  fail(false);
  await publish('after');
  await expect.poll(() => seen.other).toEqual(['after']);
  await close();
});

it('delivers the messages of one transaction together, and those of a transaction that was rolled back not at all', async () => {
  const { bus, queue, seen, hold, release, fail, close } = await onHeldDisk();
  const publish = (data: string) => bus.publishAhead('topic', [{ data: Buffer.from(data), attributes: {} }]);
  hold();
  publish('one');
  publish('two');
  const durable = queue.durable();
  expect(queue.durable()).toBe(durable);
  queue.flush();
  // Of a later transaction, which waits for the disk on its own.
  publish('three');
  expect(queue.durable()).not.toBe(durable);
  for (let round = 0; round < 5; round++) await settle();
  expect(seen).toEqual({ ahead: ['one', 'two', 'three'], other: [] });
  release();
  await expect.poll(() => seen.other).toEqual(['one', 'two', 'three']);
  fail(true);
  publish('void');
  publish('void too');
  await expect(queue.durable()).rejects.toThrow(/full/);
  fail(false);
  publish('four');
  await expect.poll(() => seen.other).toEqual(['one', 'two', 'three', 'four']);
  await close();
});
