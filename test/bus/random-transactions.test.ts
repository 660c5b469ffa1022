/** Whichever transactions fail, each message whose publisher was answered is delivered once and in order, and no other message is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bus } from '../../local/bus/bus.ts';
import { SqliteStorage } from '../../local/bus/sqlite/sqlite-storage.ts';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';

const CONFIG = { topic: 'events', ackDeadline: 60, messageRetention: 3_600 };
const KEYS = 3;

/** A bus beside a table that other tasks write. */
async function openBus(folder: string) {
  const connection = openThreadedConnection(join(folder, 'bus.db'));
  connection.execute('CREATE TABLE IF NOT EXISTS others (text TEXT NOT NULL) STRICT');
  const queue = new CommitQueue(connection);
  const bus = new Bus({ storage: new SqliteStorage(connection, queue) });
  if (![...bus.registry.topics].includes('events')) {
    await bus.registry.createTopic('events');
    await bus.registry.createSubscription({ ...CONFIG, ordered: false, name: 'plain' });
    await bus.registry.createSubscription({ ...CONFIG, ordered: true, name: 'ordered' });
  }
  const insert = connection.command('INSERT INTO others VALUES (?)');
  const pull = async (name: string, maxMessages: number) => {
    const pulled = await bus.pull(name, { maxMessages });
    await bus.acknowledge(
      name,
      pulled.map(({ ackId }) => ackId),
    );
    return pulled.map(({ message }) => Number(Buffer.from(message.data).toString()));
  };
  return {
    ...{ bus, queue, insert, pull },
    limitPages: (count: number) => connection.execute(`PRAGMA max_page_count = ${count}`),
    pullAll: async (name: string) => {
      const all: number[] = [];
      for (let some = await pull(name, 700); some.length > 0; some = await pull(name, 700)) all.push(...some);
      return all;
    },
    async close() {
      await bus.close();
      queue.close();
      connection.close();
    },
  };
}

type Opened = Awaited<ReturnType<typeof openBus>>;

const MANY_PAGES = 1_000_000;

/** Calls beside those of publishers. A promise that rejects has failed as it should. */
const ACTIONS: Readonly<Record<string, (opened: Opened) => Promise<unknown> | unknown>> = {
  write: ({ queue, insert }) => queue.runAtOnce(() => insert.run(['other'])),
  /** A task that fails after it has written. */
  fail: ({ queue, insert }) =>
    queue.runAtOnce(() => {
      insert.run(['void']);
      throw new Error('halfway');
    }),
  /** A statement that fails in the thread, which is noticed at the commit. */
  failLater: ({ queue, insert }) => queue.runAtOnce(() => insert.run([null])),
  flush: ({ queue }) => queue.flush(),
  look: ({ bus }) => bus.registry.subscription('plain').unacknowledged,
};

const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 2, arbitrary: fc.integer({ min: 150, max: 900 }) },
    { weight: 5, arbitrary: fc.constantFrom(...Object.keys(ACTIONS)) },
    { weight: 3, arbitrary: fc.constantFrom('turn', 'disk full', 'disk free') },
    { weight: 2, arbitrary: fc.constantFrom('pull plain', 'pull ordered') },
  ),
  { maxLength: 40 },
);

async function check(folder: string, all: readonly (number | string)[]): Promise<void> {
  const first = await openBus(folder);
  const ended: Promise<unknown>[] = [];
  const begin = (call: unknown) => ended.push(Promise.resolve(call).catch(() => {}));
  /** The number of each message whose publisher was answered, by its id. */
  const stored: [id: number, number: number][] = [];
  const pulled = { plain: [] as number[], ordered: [] as number[] };
  let last = 0;
  const publish = async (count: number) => {
    const numbers = Array.from({ length: count }, () => ++last);
    const messages = numbers.map((number) => ({
      ...{ data: Buffer.from(String(number)), attributes: {}, orderingKey: `${number % KEYS}` },
    }));
    const ids = await first.bus.publish('events', messages);
    for (const [index, number] of numbers.entries()) stored.push([Number(ids[index]), number]);
  };
  // Acknowledgements that cannot be stored may be stored later, so the test could not know whether messages come again.
  let isFull = false;
  for (const step of all) {
    if (typeof step === 'number') begin(publish(step));
    else if (step === 'pull plain') pulled.plain.push(...(isFull ? [] : await first.pullAll('plain')));
    else if (step === 'pull ordered') pulled.ordered.push(...(isFull ? [] : await first.pull('ordered', 1)));
    else if (step === 'turn') await new Promise((resolve) => setImmediate(resolve));
    else if (ACTIONS[step]) begin(ACTIONS[step](first));
    else {
      // A pragma is a transaction of its own.
      await Promise.all(ended);
      isFull = step === 'disk full';
      first.limitPages(isFull ? 1 : MANY_PAGES);
    }
  }
  await Promise.all(ended);
  first.limitPages(MANY_PAGES);
  await first.close();
  const second = await openBus(folder);
  const plain = [...pulled.plain, ...(await second.pullAll('plain'))];
  const ordered = [...pulled.ordered, ...(await second.pullAll('ordered'))];
  await second.close();
  const expected = stored.sort(([one], [other]) => one - other).map(([, number]) => number);
  expect(plain).toEqual(expected);
  for (let key = 0; key < KEYS; key++) {
    const ofKey = (number: number) => number % KEYS === key;
    expect(ordered.filter(ofKey)).toEqual(expected.filter(ofKey));
  }
}

it('what is published is delivered once and in order, whichever transactions fail', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const folder = await mkdtemp(join(tmpdir(), 'lro-random-'));
      try {
        await check(folder, all);
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: 25 },
  );
});
