/** What the bus does where a transaction is rolled back in which a handler that is ahead has decided. */
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
  folder = await mkdtemp(join(tmpdir(), 'lro-taken-back-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONFIG = { ackDeadline: 60, messageRetention: 3_600, ordered: false };

/** A bus whose subscriptions `events` have handlers that are ahead until the lead has ended, on a table of decisions. */
async function aheadBus(topics: readonly string[] = ['events']) {
  const connection = openThreadedConnection(join(folder, 'bus.db'));
  connection.execute('CREATE TABLE decisions (text TEXT) STRICT');
  let failing = 0;
  const faulty: Connection = {
    ...connection,
    commit: () => {
      if (failing > 0) {
        failing -= 1;
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      connection.commit();
    },
  };
  const queue = new CommitQueue(faulty);
  const bus = new Bus({ storage: new SqliteStorage(faulty, queue) });
  const { lead } = queue;
  lead.onEnd(() => bus.restore());
  const insert = connection.command('INSERT INTO decisions VALUES (?)');
  const seen: string[] = [];
  const gates = new Map<string, Promise<void>>();
  for (const name of topics) {
    await bus.registry.createTopic(name);
    await bus.registry.createSubscription({ ...CONFIG, topic: name, name });
    const handler = async (message: DeliveredMessage) => {
      const decision = text(message);
      seen.push(decision);
      await gates.get(decision);
      if (lead.hasEnded) await queue.run(() => insert.run([decision]));
      else queue.runAhead(lead, () => insert.run([decision]));
    };
    bus.consume(name, handler, { isAhead: () => !lead.hasEnded });
  }
  const decisions = connection.query<[string]>('SELECT text FROM decisions ORDER BY 1');
  return {
    ...{ bus, queue, lead, seen, gates, insert },
    decisions: () => decisions.all([]).map(([decision]) => decision),
    publish: (data: string, topic = 'events') =>
      bus.publish(topic, [{ data: Buffer.from(data), attributes: {} }]),
    failCommits: (count: number) => {
      failing = count;
    },
    /** A task that fails after it has written has the whole transaction rolled back. */
    spoil: () =>
      expect(() =>
        queue.runAhead(lead, () => {
          insert.run(['void']);
          throw new Error('halfway');
        }),
      ).toThrow('halfway'),
    async close() {
      await bus.close();
      queue.close();
      connection.close();
    },
  };
}

it('delivers a message again whose decision was rolled back, also if others of the transaction are committed', async () => {
  const { queue, insert, gates, seen, decisions, publish, spoil, close } = await aheadBus();
  let open = () => {};
  gates.set(
    'one',
    new Promise((resolve) => {
      open = resolve;
    }),
  );
  await publish('one');
  open();
  for (let microtask = 0; microtask < 20; microtask++) await Promise.resolve();
  expect(decisions()).toEqual(['one']);
  // The decision and the acknowledgement are in the transaction under way, and so is this.
  const other = queue.run(() => insert.run(['other']));
  await Promise.resolve();
  spoil();
  await other;
  await expect.poll(() => seen).toEqual(['one', 'one']);
  await expect.poll(() => decisions()).toEqual(['one', 'other']);
  await close();
});

it('delivers the messages of the transaction, although no other message arrives', async () => {
  const { gates, seen, decisions, publish, spoil, close } = await aheadBus();
  gates.set('one', new Promise(() => {}));
  const published = publish('one');
  spoil();
  gates.clear();
  await published;
  await expect.poll(() => seen).toEqual(['one', 'one']);
  await expect.poll(() => decisions()).toEqual(['one']);
  await close();
});

it('publishes nothing ahead that the commit of a full transaction could not keep', async () => {
  const { bus, queue, lead, insert, seen, failCommits, close } = await aheadBus();
  const others: string[] = [];
  await bus.registry.createTopic('outcomes');
  await bus.registry.createSubscription({ ...CONFIG, topic: 'outcomes', name: 'outcomes' });
  bus.consume('outcomes', async (message) => void others.push(text(message)));
  // One task less than a transaction takes: the next one has it committed.
  for (let task = 0; task < 4_095; task++) queue.runAhead(lead, () => insert.run(['many']));
  failCommits(1);
  bus.publishAhead('outcomes', [{ data: Buffer.from('void'), attributes: {} }]);
  for (let round = 0; round < 5; round++) await settle();
  expect(lead.hasEnded).toBe(true);
  expect({ others, seen }).toEqual({ others: [], seen: [] });
  await close();
});

it('of two subscriptions that are ahead gives the second its message though the first has used up the turn', async () => {
  const { seen, publish, close } = await aheadBus(['events', 'others']);
  // The handler of the first holds up the event loop for longer than a turn.
  const slow = publish('slow');
  for (const end = performance.now() + 20; performance.now() < end; );
  const second = publish('second', 'others');
  await Promise.all([slow, second]);
  await expect.poll(() => seen).toEqual(['slow', 'second']);
  await close();
});
