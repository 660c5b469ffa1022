import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus } from '../../local/bus/bus.ts';
import { ensureTopology } from '../../local/bus/ensure-topology.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import type { SubscriptionSpec } from '../../shared/pubsub/topology.ts';
import { runProgram } from '../setup/run-program.ts';
import { openBus } from './durable-bus.ts';
import { DURABLE } from './durable-topology.ts';
import { unique } from './pubsub-client.ts';

const SUBSCRIPTION: SubscriptionSpec = {
  ...{ name: 'messages', topic: 'topic', ackDeadline: 600, messageRetention: 86_400, ordered: false },
};

/** The ids of all messages that the subscription has. */
async function drain(bus: Bus, subscription: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const pulled = await bus.pull(subscription, { maxMessages: 1_000 });
    if (pulled.length === 0) return ids;
    ids.push(...pulled.map(({ message }) => message.messageId));
  }
}

/** A handler that has its message until it may finish. */
function pausedHandler(): { readonly handler: () => Promise<void>; readonly finish: () => void } {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { handler: () => finished, finish };
}

describe('bus on disk', () => {
  let folder: string;
  const newFile = () => join(folder, `${unique('bus')}.db`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function busWith(file: string, spec: Partial<SubscriptionSpec> = {}): Promise<Bus> {
    const bus = openBus(file);
    await ensureTopology(bus.registry, { topics: ['topic'], push: [], pull: [{ ...SUBSCRIPTION, ...spec }] });
    return bus;
  }

  test('keeps no message of a deleted subscription, not even one that is being published', async () => {
    const file = newFile();
    const bus = await busWith(file);
    const publishing = bus.publish('topic', [{ data: Buffer.from('x'), attributes: {} }]);
    await Promise.all([publishing, bus.registry.deleteSubscription(SUBSCRIPTION.name)]);
    await bus.close();
    const left = openThreadedConnection(file).query<[number]>('SELECT COUNT(*) FROM bus_backlog').first([]);
    expect(left).toEqual([0]);
  });

  test('brings back topics, subscriptions and all that was not acknowledged', async () => {
    const file = newFile();
    const first = await busWith(file, { filter: 'attributes:wanted' });
    const wanted = { wanted: 'ü' };
    await first.publish('topic', [{ data: Buffer.from('unwanted'), attributes: {} }]);
    const ids = await first.publish(
      'topic',
      ['a', 'b', 'c'].map((data) => ({ data: Buffer.from(data), attributes: wanted, orderingKey: data })),
    );
    const [done] = await first.pull('messages', { maxMessages: 1 });
    await first.acknowledge('messages', [done?.ackId ?? '']);
    await first.close();

    const second = openBus(file);
    expect(second.registry.topics).toEqual(['topic']);
    expect(second.registry.subscription('messages').config.filter).toBe('attributes:wanted');
    const pulled = await second.pull('messages', { maxMessages: 10 });
    expect(
      pulled.map(({ message }) => [
        message.messageId,
        Buffer.from(message.data).toString(),
        message.orderingKey,
      ]),
    ).toEqual([
      [ids[1], 'b', 'b'],
      [ids[2], 'c', 'c'],
    ]);
    expect(pulled[0]?.message.attributes).toEqual(wanted);
    await second.close();
  });

  test('never gives an id twice, even if nothing is left of the first message', async () => {
    const file = newFile();
    const ids = new Set<string>();
    for (let start = 0; start < 3; start++) {
      const bus = await busWith(file);
      for (const id of await bus.publish('topic', [{ data: Buffer.from('x'), attributes: {} }])) ids.add(id);
      const pulled = await bus.pull('messages', { maxMessages: 10 });
      await bus.acknowledge(
        'messages',
        pulled.map(({ ackId }) => ackId),
      );
      await bus.close();
    }
    expect(ids.size).toBe(3);
  });

  test('refuses an ack id of an earlier process', async () => {
    const file = newFile();
    const first = await busWith(file);
    const ids = await first.publish('topic', [{ data: Buffer.from('x'), attributes: {} }]);
    const [former] = await first.pull('messages', { maxMessages: 1 });
    await first.close();
    const second = openBus(file);
    await second.pull('messages', { maxMessages: 1 });
    await second.acknowledge('messages', [former?.ackId ?? '']);
    await second.close();
    const third = openBus(file);
    expect(await drain(third, 'messages')).toEqual(ids);
    await third.close();
  });

  test('counts delivery attempts over restarts', async () => {
    const file = newFile();
    const deadLetterPolicy = { topic: 'topic', maxDeliveryAttempts: 100 };
    const first = await busWith(file, { deadLetterPolicy });
    await first.publish('topic', [{ data: Buffer.from('x'), attributes: {} }]);
    const [pulled] = await first.pull('messages', { maxMessages: 1 });
    first.modifyAckDeadline('messages', [pulled?.ackId ?? ''], 0);
    await first.close();
    const second = openBus(file);
    const [again] = await second.pull('messages', { maxMessages: 1 });
    expect([pulled?.message.deliveryAttempt, again?.message.deliveryAttempt]).toEqual([1, 2]);
    await second.close();
  });

  test.for([
    ['without', false],
    ['with', true],
  ] as const)(
    'has a backlog larger than its window %s ordering keys, whole and in order',
    async ([, ordered]) => {
      const bus = await busWith(newFile(), { ordered });
      const orderingKey = ordered ? 'all' : '';
      const ids: string[] = [];
      for (let batch = 0; batch < 12; batch++) {
        const messages = Array.from({ length: 1_000 }, () => ({
          ...{ data: Buffer.from('x'), attributes: {}, orderingKey },
        }));
        ids.push(...(await bus.publish('topic', messages)));
      }
      const received: string[] = [];
      while (received.length < ids.length) {
        const pulled = await bus.pull('messages', { maxMessages: 700, waitMs: 1_000 });
        received.push(...pulled.map(({ message }) => message.messageId));
        await bus.acknowledge(
          'messages',
          pulled.map(({ ackId }) => ackId),
        );
      }
      expect(received).toEqual(ids);
      await bus.close();
    },
  );

  test('drops the backlog with its subscription', async () => {
    const file = newFile();
    const first = await busWith(file);
    await first.publish('topic', [{ data: Buffer.from('x'), attributes: {} }]);
    await first.registry.deleteSubscription('messages');
    await first.registry.createSubscription(SUBSCRIPTION);
    expect(await drain(first, 'messages')).toEqual([]);
    await first.close();
    const second = openBus(file);
    expect(await drain(second, 'messages')).toEqual([]);
    await second.close();
  });

  test('drops what is published and acknowledged while the subscription is deleted', async () => {
    const file = newFile();
    const bus = await busWith(file);
    const { handler, finish } = pausedHandler();
    bus.consume('messages', handler);
    const message = { data: Buffer.from('x'), attributes: {} };
    await bus.publish('topic', [message]);
    const deleted = bus.registry.deleteSubscription('messages');
    finish();
    await deleted;
    await bus.publish('topic', [message]);
    await bus.close();
    const again = await busWith(file);
    expect(await drain(again, 'messages')).toEqual([]);
    await again.close();
  });

  test('keeps its promises when it is killed', async () => {
    const file = newFile();
    const said = {
      published: new Set<string>(),
      acknowledging: new Set<string>(),
      acknowledged: new Set<string>(),
    };
    for (const lines of [1, 40, 333, 1_000]) {
      for (const line of await outputUntilKilled(file, lines)) {
        const [what, id = ''] = line.split(' ');
        said[what as keyof typeof said].add(id);
      }
    }
    const bus = openBus(file);
    await ensureTopology(bus.registry, DURABLE);
    const [newest = ''] = await bus.publish('crash', [{ data: Buffer.from('x'), attributes: {} }]);
    expect(said.published).not.toContain(newest);
    const left = new Set(await drain(bus, 'crash-messages'));
    expect([...said.published].filter((id) => !left.has(id) && !said.acknowledging.has(id))).toEqual([]);
    expect([...said.acknowledged].filter((id) => left.has(id))).toEqual([]);
    await bus.close();
  });
});

/** Runs the publishing process, kills it after so many lines, and gives all lines that it got to write. */
async function outputUntilKilled(file: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, runProgram('test/bus/killed-process.ts', file), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line);
    if (output.length === lines) child.kill('SIGKILL');
  }
  return output;
}
