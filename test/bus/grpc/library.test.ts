/** @google-cloud/pubsub as its users have it, with nothing but a host, on the embedded bus and on Google's emulator. */
import { type Message, PubSub, type Subscription } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { until } from '../../setup/until.ts';
import { unique } from '../pubsub-client.ts';
import { serveGrpcBus } from './embedded-server.ts';
import type { GrpcServerUnderTest } from './grpc-contract.ts';

const emulator = inject('pubsubEmulatorHost');

describe('@google-cloud/pubsub on the embedded bus', () => libraryCases(() => serveGrpcBus()));

describe.skipIf(emulator === undefined)('@google-cloud/pubsub on the emulator', () => {
  libraryCases(async () => ({ kind: 'emulator', host: emulator ?? '', stop: async () => {} }));
});

function libraryCases(start: () => Promise<GrpcServerUnderTest>): void {
  let server: GrpcServerUnderTest;
  let pubsub: PubSub;

  beforeAll(async () => {
    server = await start();
    pubsub = new PubSub({ projectId: 'library-test', apiEndpoint: server.host, emulatorMode: true });
  });

  afterAll(async () => {
    await pubsub.close();
    await server.stop();
  });

  async function channel(settings: object = {}, options: object = {}) {
    const [topic] = await pubsub.createTopic(unique('topic'));
    const name = unique('subscription');
    await topic.createSubscription(name, settings);
    return { topic, subscription: pubsub.subscription(name, options) };
  }

  /** What the subscription receives, each handled as the test says. */
  function listen(subscription: Subscription, handle: (message: Message) => void): string[] {
    const received: string[] = [];
    subscription.on('error', (error) => expect.unreachable(error.message));
    subscription.on('message', (message: Message) => {
      received.push(message.data.toString());
      handle(message);
    });
    return received;
  }

  test('a thousand messages in batches arrive, each acknowledged once', async () => {
    const { topic, subscription } = await channel();
    const received = listen(subscription, (message) => message.ack());
    const sent = Array.from({ length: 1_000 }, (_, index) => String(index));
    await Promise.all(sent.map((data) => topic.publishMessage({ data: Buffer.from(data) })));
    await until('all messages', () => new Set(received).size === sent.length);
    await subscription.close();
  });

  test('messages of an ordering key arrive in order, published one after the other', async () => {
    const { topic, subscription } = await channel({ enableMessageOrdering: true });
    const ordered = pubsub.topic(topic.name, { messageOrdering: true });
    const received = listen(subscription, (message) => message.ack());
    const sent = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(
      sent.map((data) => ordered.publishMessage({ data: Buffer.from(data), orderingKey: 'a' })),
    );
    await until('all messages', () => received.length >= sent.length);
    expect(received).toEqual(sent);
    await subscription.close();
  });

  test('a message that is refused comes again', async () => {
    const { topic, subscription } = await channel();
    let refusals = 2;
    const received = listen(subscription, (message) => (refusals-- > 0 ? message.nack() : message.ack()));
    await topic.publishMessage({ data: Buffer.from('x') });
    await until('the third delivery', () => received.length === 3);
    await subscription.close();
  });

  test('a subscriber has no more messages at once than its flow control allows', async () => {
    const flowControl = { maxMessages: 3, allowExcessMessages: false };
    const { topic, subscription } = await channel({}, { flowControl });
    const open: Message[] = [];
    let most = 0;
    const received = listen(subscription, (message) => {
      most = Math.max(most, open.push(message));
    });
    const sent = Array.from({ length: 12 }, (_, index) => String(index));
    await Promise.all(sent.map((data) => topic.publishMessage({ data: Buffer.from(data) })));
    await until('all messages', () => {
      open.shift()?.ack();
      return received.length >= sent.length;
    });
    for (const message of open.splice(0)) message.ack();
    expect(most).toBeLessThanOrEqual(3);
    await subscription.close();
  });

  test('an acknowledgement with exactly-once delivery is confirmed', async () => {
    const { topic, subscription } = await channel({ enableExactlyOnceDelivery: true });
    const outcomes: Promise<string>[] = [];
    listen(subscription, (message) => outcomes.push(message.ackWithResponse()));
    await topic.publishMessage({ data: Buffer.from('x') });
    await until('the message', () => outcomes.length === 1);
    expect(await outcomes[0]).toBe('SUCCESS');
    await subscription.close();
  });
}

test('a subscriber continues when the embedded bus restarts at the same port', async () => {
  const first = await serveGrpcBus();
  const pubsub = new PubSub({ projectId: 'library-test', apiEndpoint: first.host, emulatorMode: true });
  const topicName = unique('topic');
  const [topic] = await pubsub.createTopic(topicName);
  const [subscription] = await topic.createSubscription(unique('subscription'));
  const received: string[] = [];
  subscription.on('message', (message: Message) => {
    received.push(message.data.toString());
    message.ack();
  });
  subscription.on('error', (error) => expect.unreachable(error.message));
  await topic.publishMessage({ data: Buffer.from('before') });
  await until('the first message', () => received.length === 1);
  await first.stop();
  const second = await serveGrpcBus({}, Number(first.host.split(':')[1]), async (bus) => {
    await bus.registry.createTopic(topicName);
    const name = subscription.name.split('/').at(-1) ?? '';
    await bus.registry.createSubscription({
      ...{ name, topic: topicName, ackDeadline: 10, messageRetention: 600, ordered: false },
    });
  });
  await topic.publishMessage({ data: Buffer.from('after') });
  await until('the second message', () => received.length === 2);
  expect(received).toEqual(['before', 'after']);
  await subscription.close();
  await pubsub.close();
  await second.stop();
});
