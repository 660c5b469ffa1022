/** A subscription from which a handler ahead of the disk and a pull both take messages, and what a rollback leaves of deliveries. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Backlog } from '../../local/bus/backlog.ts';
import { Bus } from '../../local/bus/bus.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { until } from '../setup/until.ts';
import { text } from './timed-bus.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-several-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONFIG = { ackDeadline: 60, messageRetention: 3_600, ordered: false };

async function openBus() {
  const connection = openThreadedConnection(join(folder, 'bus.db'));
  const queue = new CommitQueue(connection);
  const storage = new SqliteStorage(connection, queue);
  const bus = new Bus({ storage });
  await bus.registry.createTopic('events');
  await bus.registry.createSubscription({ ...CONFIG, topic: 'events', name: 'events' });
  const publish = (data: string, orderingKey = '') =>
    bus.publish('events', [{ data: Buffer.from(data), attributes: {}, orderingKey }]);
  return {
    ...{ bus, queue, publish },
    async close() {
      await bus.close();
      queue.close();
      connection.close();
    },
  };
}

it.each(['pull first', 'handler first'])(
  'delivers a message to only one of a pull and a handler (%s)',
  async (order) => {
    const { bus, publish, close } = await openBus();
    const seen: string[] = [];
    const stop = new AbortController();
    const consume = () =>
      bus.consume('events', async (message) => void seen.push(text(message)), { isAhead: () => true });
    const pull = () => bus.pull('events', { maxMessages: 1, waitMs: 60_000, signal: stop.signal });
    let pulled: ReturnType<typeof pull>;
    if (order === 'pull first') {
      pulled = pull();
      consume();
    } else {
      consume();
      pulled = pull();
    }
    void pulled.then((messages) => {
      for (const { message } of messages) seen.push(text(message));
    });
    await publish('one');
    await until('one of both to have it', () => seen.length > 0, 5_000);
    stop.abort();
    await pulled;
    expect(seen).toEqual(['one']);
    await close();
  },
);

it('keeps a message whose retry delay is over if its read fails before that of a withdrawn message', () => {
  let isFailing = false;
  const message = (id: number) => ({
    message: { id, publishTime: 1_000, data: Buffer.from(String(id)), attributes: {}, orderingKey: '' },
    attempts: 0,
  });
  let readAgain = () => {};
  const stored = [message(1), message(2)];
  const backlog = new Backlog(
    false,
    {
      keeps: true,
      window: { messages: 100, bytes: 1_000 },
      read: (after, limit) => {
        if (isFailing) throw new Error('disk I/O error');
        return stored.filter((one) => one.message.id > after).slice(0, limit);
      },
    },
    (_, again) => {
      readAgain = again;
    },
  );
  const limits = { count: 1, bytes: 1_000, countOfKey: 1, lastId: 100 };
  const outdated = { before: 0, drop: () => {} };
  const [first] = backlog.take(limits, outdated);
  if (!first) throw new Error('there is no first message');
  backlog.rest(first)();
  backlog.withdraw(2);
  isFailing = true;
  expect(backlog.take(limits, outdated)).toEqual([]);
  isFailing = false;
  readAgain();
  expect(backlog.take(limits, outdated).map((pending) => pending.message.id)).toEqual([1]);
});

it('delivers the messages behind a dead letter once, even if a rollback comes while it is forwarded', async () => {
  let open = () => {};
  let gate: Promise<void> = Promise.resolve();
  const real = openThreadedConnection(join(folder, 'bus.db'));
  const connection = { ...real, sync: () => gate.then(() => real.sync()) };
  const queue = new CommitQueue(connection);
  const bus = new Bus({ storage: new SqliteStorage(connection, queue) });
  for (const topic of ['events', 'dead']) await bus.registry.createTopic(topic);
  const ofDead = { ...CONFIG, topic: 'dead', name: 'dead' };
  await bus.registry.createSubscription(ofDead);
  await bus.registry.createSubscription({
    ...{ ...CONFIG, ordered: true, topic: 'events', name: 'events' },
    deadLetterPolicy: { topic: 'dead', maxDeliveryAttempts: 5 },
    // Without a policy, the pauses before the five deliveries add up to six seconds.
    retryPolicy: { minimumBackoff: 0.01, maximumBackoff: 0.01 },
  });
  const message = (data: string) => ({ data: Buffer.from(data), attributes: {}, orderingKey: 'k' });
  await bus.publish('events', [message('poison'), message('next'), message('last')]);
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const seen: string[] = [];
  bus.consume('events', async (delivered) => {
    seen.push(text(delivered));
    if (text(delivered) === 'poison') throw new Error('never');
  });
  await until('the message to be forwarded', () => seen.length === 5);
  bus.restore();
  open();
  await until('the last message', () => seen.includes('last'));
  const dead: string[] = [];
  bus.consume('dead', async (delivered) => void dead.push(text(delivered)));
  await until('the dead letter', () => dead.includes('poison'));
  await bus.close();
  queue.close();
  real.close();
  expect(seen.filter((data) => data !== 'poison')).toEqual(['next', 'last']);
});
