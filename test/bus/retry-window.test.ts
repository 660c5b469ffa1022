/** Messages that wait for a retry, or that a subscriber holds, keep no newer message back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../executor/clock.ts';
import type { Bus } from '../../local/bus/bus.ts';
import type { DeliveredMessage } from '../../local/bus/delivered-message.ts';
import { ensureTopology } from '../../local/bus/ensure-topology.ts';
import type { SubscriptionSpec } from '../../shared/pubsub/topology.ts';
import { until } from '../setup/until.ts';
import { openBus } from './durable-bus.ts';
import { unique } from './pubsub-client.ts';

/** More than the bus has of a subscription in memory. */
const MANY = 5_200;

const SPEC: SubscriptionSpec = {
  ...{ name: 'messages', topic: 'topic', ackDeadline: 600, messageRetention: 86_400, ordered: false },
  retryPolicy: { minimumBackoff: 60, maximumBackoff: 600 },
};

describe('bus on disk with thousands of messages that are not done', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function busWith(spec: Partial<SubscriptionSpec> = {}): Promise<{ bus: Bus; clock: VirtualClock }> {
    const clock = new VirtualClock({ auto: false });
    const bus = openBus(join(folder, `${unique('bus')}.db`), { clock });
    await ensureTopology(bus.registry, { topics: ['topic'], push: [], pull: [{ ...SPEC, ...spec }] });
    return { bus, clock };
  }

  const publish = async (bus: Bus, data: string, count = 1, orderingKey = '') => {
    const messages = Array.from({ length: count }, () => ({
      data: Buffer.from(data),
      attributes: {},
      orderingKey,
    }));
    for (let from = 0; from < count; from += 400)
      await bus.publish('topic', messages.slice(from, from + 400));
  };
  const text = ({ data }: DeliveredMessage) => Buffer.from(data).toString();

  test('delivers other keys beside hundreds of messages that wait for an earlier one of their key', async () => {
    const name = unique('keys');
    const file = join(folder, `${name}.db`);
    const first = openBus(file);
    await ensureTopology(first.registry, {
      ...{ topics: ['topic'], push: [], pull: [{ ...SPEC, ordered: true }] },
    });
    await publish(first, 'slow', 700, 'slow');
    await publish(first, 'other', 1, 'other');
    await first.close();
    const bus = openBus(file);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const seen: string[] = [];
    const consumption = bus.consume('messages', async (message) => {
      seen.push(text(message));
      await gate;
    });
    await until('the message of the other key', () => seen.length > 1);
    consumption.stop();
    open();
    expect(seen).toEqual(['slow', 'other']);
    await bus.close();
  });

  test('counts messages that are in flight or wait for a retry as not acknowledged', async () => {
    const { bus } = await busWith();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let deliveries = 0;
    bus.consume('messages', async (message) => {
      deliveries++;
      if (text(message) === 'bad') throw new Error('not now');
      await gate;
    });
    await publish(bus, 'bad', 2);
    await publish(bus, 'held');
    await publish(bus, 'held');
    await until('all messages to be delivered', () => deliveries === 4);
    expect(bus.registry.subscription('messages').unacknowledged.count).toBe(4);
    open();
  });

  test('delivers a new message, and the others again when their time has come', async () => {
    const { bus, clock } = await busWith();
    const handled = new Map<string, number>();
    let failing = true;
    bus.consume('messages', async (message) => {
      handled.set(text(message), (handled.get(text(message)) ?? 0) + 1);
      if (failing && text(message) === 'bad') throw new Error('not now');
    });
    await publish(bus, 'bad', MANY);
    await until('every message to have failed once', () => handled.get('bad') === MANY);
    await publish(bus, 'good');
    await until('the new message', () => handled.get('good') === 1);

    failing = false;
    await clock.advance(61_000);
    await until('every message again', () => handled.get('bad') === 2 * MANY);
    await clock.advance(700_000);
    expect(handled).toEqual(
      new Map([
        ['bad', 2 * MANY],
        ['good', 1],
      ]),
    );
    await bus.close();
  });

  test('delivers a new message while a subscriber holds the others', async () => {
    const { bus } = await busWith();
    await publish(bus, 'held', MANY);
    for (let held = 0; held < MANY; ) held += (await bus.pull('messages', { maxMessages: 1_000 })).length;
    await publish(bus, 'new');
    const [pulled] = await bus.pull('messages', { maxMessages: 1_000 });
    expect(pulled && text(pulled.message)).toBe('new');
    await bus.close();
  });

  test('delivers messages of other keys while one key waits for a retry', async () => {
    const { bus, clock } = await busWith({ ordered: true });
    const handled: string[] = [];
    let failing = true;
    bus.consume('messages', async (message) => {
      handled.push(text(message));
      if (failing && text(message) === 'blocked') throw new Error('not now');
    });
    await publish(bus, 'blocked', MANY, 'one');
    await until('the first of them to have failed', () => handled.length === 1);
    await publish(bus, 'free', 3, 'other');
    await until('the other key', () => handled.filter((data) => data === 'free').length === 3);
    failing = false;
    await clock.advance(61_000);
    await until('the first key', () => handled.filter((data) => data === 'blocked').length === MANY + 1);
    await bus.close();
  });

  test('drops a message that waited for its retry until it was too old', async () => {
    const { bus, clock } = await busWith({
      messageRetention: 600,
      retryPolicy: { minimumBackoff: 500, maximumBackoff: 600 },
    });
    let handled = 0;
    bus.consume('messages', async () => {
      handled++;
      throw new Error('never');
    });
    await publish(bus, 'bad');
    await until('the first attempt', () => handled === 1);
    await clock.advance(500_000);
    await until('the second attempt', () => handled === 2);
    await clock.advance(3_600_000);
    expect(handled).toBe(2);
    await bus.close();
  });
});
