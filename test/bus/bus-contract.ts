/** What Pub/Sub promises, asked of every bus in the same words: the product must not see which one it runs on. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClientMessage, PubSubClient, texts, unique } from './pubsub-client.ts';
import { type PushReceiver, startPushReceiver } from './push-receiver.ts';

export interface BusUnderTest {
  /** Host and port of its REST interface. */
  readonly host: string;
  stop(): Promise<void>;
}

/** What a bus does not do, with the reason; its cases are left out there. */
export type Gap = 'filters' | 'attributeLimits' | 'acksOfOneKey' | 'attemptOfPush';

export function busContract(start: () => Promise<BusUnderTest>, gaps: readonly Gap[] = []): void {
  let bus: BusUnderTest;
  let client: PubSubClient;
  const receivers: PushReceiver[] = [];

  beforeAll(async () => {
    bus = await start();
    client = new PubSubClient(bus.host);
  });

  afterAll(async () => {
    await bus?.stop();
    await Promise.all(receivers.map((receiver) => receiver.close()));
  });

  /** A topic with one subscription. */
  async function channel(settings: object = {}): Promise<{ topic: string; subscription: string }> {
    const topic = await client.topic();
    return { topic, subscription: await client.subscription(topic, settings) };
  }

  /** A topic whose messages are pushed to a receiver that answers with these statuses. */
  async function pushed(settings: object, ...statuses: number[]) {
    const receiver = await startPushReceiver(...statuses);
    receivers.push(receiver);
    const endpoint = { pushConfig: { pushEndpoint: receiver.url } };
    return { receiver, ...(await channel({ ...endpoint, ...settings })) };
  }

  describe('publish', () => {
    test('gives each message an id of its own', async () => {
      const topic = await client.topic();
      const ids = [
        ...(await client.publish(topic, { data: 'a' }, { data: 'b' })),
        ...(await client.publish(topic, { data: 'c' })),
      ];
      expect(new Set(ids).size).toBe(3);
    });

    test('brings data, attributes, id and time to the subscriber', async () => {
      const { topic, subscription } = await channel();
      const before = Date.now();
      const [id] = await client.publish(topic, { data: 'hello', attributes: { color: 'grün', empty: '' } });
      const [received] = await client.receive(subscription, 1);
      expect(received?.message).toMatchObject({
        data: Buffer.from('hello').toString('base64'),
        attributes: { color: 'grün', empty: '' },
        messageId: id,
      });
      expect(Date.parse(received?.message.publishTime ?? '')).toBeGreaterThanOrEqual(before - 1_000);
    });

    test('keeps every byte of binary data', async () => {
      const { topic, subscription } = await channel();
      const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await client.publish(topic, { data });
      const [received] = await client.receive(subscription, 1);
      expect([...Buffer.from(received?.message.data ?? '', 'base64')]).toEqual([...data]);
    });

    test('takes a message of attributes only', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { attributes: { only: 'this' } });
      const [received] = await client.receive(subscription, 1);
      expect(received?.message.attributes).toEqual({ only: 'this' });
      expect(received?.message.data ?? '').toBe('');
    });

    test('takes a message of megabytes', async () => {
      const { topic, subscription } = await channel();
      const data = 'x'.repeat(5_000_000);
      await client.publish(topic, { data });
      const [received] = await client.receive(subscription, 1);
      expect(texts(received ? [received] : [])[0]?.length).toBe(data.length);
    });

    test.for([
      ['a message with nothing in it', { messages: [{}] }],
      ['no message', { messages: [] }],
      ['data that is not base64', { messages: [{ data: '%' }] }],
      ['a field that is not there', { massages: [] }],
      ['no JSON', '{"messages":'],
    ] as const)('refuses %s', async ([, body]) => {
      const topic = await client.topic();
      const { status, json } = await client.call('POST', `topics/${topic}:publish`, body);
      expect(status).toBe(400);
      expect(json.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    });

    test('answers 404 for an unknown topic', async () => {
      const body = { messages: [{ data: 'eA==' }] };
      const { status, json } = await client.call('POST', `topics/${unique('topic')}:publish`, body);
      expect(status).toBe(404);
      expect(json.error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    });

    test.skipIf(gaps.includes('attributeLimits')).for([
      ['101 attributes', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, '']))],
      ['a key of 257 bytes', { ['k'.repeat(257)]: '' }],
      ['a value of 1,025 bytes', { k: 'ä'.repeat(513) }],
    ] as const)('refuses %s', async ([, attributes]) => {
      const topic = await client.topic();
      const { status } = await client.call('POST', `topics/${topic}:publish`, { messages: [{ attributes }] });
      expect(status).toBe(400);
    });
  });

  describe('pull', () => {
    test('gives every subscription every message', async () => {
      const topic = await client.topic();
      const subscriptions = [await client.subscription(topic), await client.subscription(topic)];
      await client.publish(topic, { data: '1' }, { data: '2' });
      for (const subscription of subscriptions) {
        expect(texts(await client.receive(subscription, 2)).sort()).toEqual(['1', '2']);
      }
    });

    test('gives a subscription nothing from before it was there', async () => {
      const topic = await client.topic();
      await client.publish(topic, { data: 'before' });
      const subscription = await client.subscription(topic);
      await client.publish(topic, { data: 'after' });
      expect(texts(await client.receive(subscription, 1))).toEqual(['after']);
      expect(await client.pull(subscription)).toEqual([]);
    });

    test('gives at most as many as were asked for, and each to one caller only', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { data: '1' }, { data: '2' }, { data: '3' });
      const first = await client.pull(subscription, 2);
      expect(first.length).toBeLessThanOrEqual(2);
      const rest = await client.receive(subscription, 3 - first.length);
      expect(texts([...first, ...rest]).sort()).toEqual(['1', '2', '3']);
    });

    test('waits for a message that comes later', async () => {
      const { topic, subscription } = await channel();
      const pull = client.pull(subscription, 10, false);
      await client.publish(topic, { data: 'late' });
      expect(texts(await pull)).toEqual(['late']);
    });

    test('gives nothing at once where asked not to wait', async () => {
      const { subscription } = await channel();
      expect(await client.pull(subscription)).toEqual([]);
    });

    test('answers 404 for an unknown subscription, and 400 for no number of messages', async () => {
      const { subscription } = await channel();
      const unknown = await client.call('POST', `subscriptions/${unique('sub')}:pull`, { maxMessages: 1 });
      expect([unknown.status, unknown.json.error?.status]).toEqual([404, 'NOT_FOUND']);
      const none = await client.call('POST', `subscriptions/${subscription}:pull`, { maxMessages: 0 });
      expect([none.status, none.json.error?.status]).toEqual([400, 'INVALID_ARGUMENT']);
    });
  });

  describe('acknowledge', () => {
    test('ends delivery: of two, the refused one comes again', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { data: 'done' }, { data: 'again' });
      const received = await client.receive(subscription, 2);
      for (const one of received) {
        if (texts([one])[0] === 'done') await client.acknowledge(subscription, one);
        else await client.modifyDeadline(subscription, 0, one);
      }
      expect(texts(await client.receive(subscription, 1))).toEqual(['again']);
      expect(await client.pull(subscription)).toEqual([]);
    });

    test('that does not come before the deadline has the message delivered again, under the same id', async () => {
      const { topic, subscription } = await channel();
      const ids = await client.publish(topic, { data: 'x' });
      const [first] = await client.receive(subscription, 1);
      if (first) await client.modifyDeadline(subscription, 1, first);
      const [second] = await client.receive(subscription, 1);
      expect([second?.message.messageId]).toEqual(ids);
      expect(second?.ackId).not.toBe(first?.ackId);
    });

    test('may come twice; an id that is none, or no id, is refused', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { data: 'x' });
      const received = await client.receive(subscription, 1);
      await client.acknowledge(subscription, ...received);
      await client.acknowledge(subscription, ...received);
      const path = `subscriptions/${subscription}:acknowledge`;
      expect((await client.call('POST', path, { ackIds: ['none'] })).status).toBe(400);
      expect((await client.call('POST', path, { ackIds: [] })).status).toBe(400);
    });
  });

  describe('ordering key', () => {
    const ordered = { enableMessageOrdering: true };

    test('keeps the order of its messages', async () => {
      const { topic, subscription } = await channel(ordered);
      for (const data of ['1', '2', '3', '4', '5']) await client.publish(topic, { data, orderingKey: 'a' });
      const received: string[] = [];
      while (received.length < 5) {
        const batch = await client.receive(subscription, 1);
        received.push(...texts(batch));
        await client.acknowledge(subscription, ...batch);
      }
      expect(received).toEqual(['1', '2', '3', '4', '5']);
    });

    test('brings the later messages again behind one that was refused', async () => {
      const { topic, subscription } = await channel(ordered);
      const messages = ['1', '2', '3'].map((data) => ({ data, orderingKey: 'a' }));
      await client.publish(topic, ...messages);
      const [first, ...later] = await client.receive(subscription, 3);
      if (first) await client.modifyDeadline(subscription, 0, first);
      await client.modifyDeadline(subscription, 0, ...later);
      expect(texts(await client.receive(subscription, 3))).toEqual(['1', '2', '3']);
    });

    test.skipIf(gaps.includes('acksOfOneKey'))(
      'brings again what was acknowledged out of order',
      async () => {
        const { topic, subscription } = await channel(ordered);
        const messages = ['1', '2', '3'].map((data) => ({ data, orderingKey: 'a' }));
        await client.publish(topic, ...messages);
        const [first, ...later] = await client.receive(subscription, 3);
        await client.acknowledge(subscription, ...later);
        if (first) await client.modifyDeadline(subscription, 0, first);
        expect(texts(await client.receive(subscription, 3))).toEqual(['1', '2', '3']);
      },
    );

    test('does not hold up another key', async () => {
      const { topic, subscription } = await channel(ordered);
      await client.publish(topic, { data: 'a1', orderingKey: 'a' });
      await client.receive(subscription, 1);
      await client.publish(topic, { data: 'a2', orderingKey: 'a' }, { data: 'b1', orderingKey: 'b' });
      const seen: string[] = [];
      await vi.waitFor(async () => {
        seen.push(...texts(await client.pull(subscription)));
        expect(seen).toContain('b1');
      });
    });
  });

  describe('dead-letter policy', () => {
    test('forwards a message after its last attempt, with where it came from', async () => {
      const deadLetterTopic = await client.topic();
      const deadLetters = await client.subscription(deadLetterTopic);
      const policy = { deadLetterTopic: client.topicPath(deadLetterTopic), maxDeliveryAttempts: 5 };
      const { topic, subscription } = await channel({ deadLetterPolicy: policy });
      await client.publish(topic, { data: 'poison', attributes: { kept: 'yes' } });
      const attempts: (number | undefined)[] = [];
      for (let attempt = 1; attempt <= 5; attempt++) {
        const [received] = await client.receive(subscription, 1);
        attempts.push(received?.deliveryAttempt);
        if (received) await client.modifyDeadline(subscription, 0, received);
      }
      expect(attempts).toEqual([1, 2, 3, 4, 5]);
      expect(await client.pull(subscription)).toEqual([]);
      const [dead] = await client.receive(deadLetters, 1);
      expect(dead && texts([dead])).toEqual(['poison']);
      expect(dead?.message.attributes).toMatchObject({
        kept: 'yes',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: subscription,
      });
    });

    test('is what counts attempts: without it no message says its attempt', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { data: 'x' });
      const [received] = await client.receive(subscription, 1);
      expect(received && 'deliveryAttempt' in received).toBe(false);
    });
  });

  describe('push', () => {
    test('posts the wrapped message, and 200 acknowledges it', async () => {
      const { receiver, topic, subscription } = await pushed({});
      const [messageId] = await client.publish(topic, { data: 'pushed', attributes: { a: 'b' } });
      await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), { timeout: 10_000 });
      expect(receiver.requests[0]).toMatchObject({
        message: { data: Buffer.from('pushed').toString('base64'), attributes: { a: 'b' }, messageId },
        subscription: client.subscriptionPath(subscription),
      });
    });

    test.for([500, 404, 301])('pushes again after %i', async (status) => {
      const { receiver, topic } = await pushed({}, status);
      const [messageId] = await client.publish(topic, { data: 'x' });
      await vi.waitFor(() => expect(receiver.requests).toHaveLength(2), { timeout: 15_000 });
      expect(receiver.requests.map(({ message }) => message.messageId)).toEqual([messageId, messageId]);
    });

    test('forwards what its endpoint refuses five times', async () => {
      const deadLetterTopic = await client.topic();
      const deadLetters = await client.subscription(deadLetterTopic);
      const { receiver, topic } = await pushed(
        {
          deadLetterPolicy: { deadLetterTopic: client.topicPath(deadLetterTopic), maxDeliveryAttempts: 5 },
          retryPolicy: { minimumBackoff: '0.1s', maximumBackoff: '0.1s' },
        },
        ...Array<number>(10).fill(500),
      );
      await client.publish(topic, { data: 'refused' });
      expect(texts(await client.receive(deadLetters, 1))).toEqual(['refused']);
      expect(receiver.requests).toHaveLength(5);
      if (gaps.includes('attemptOfPush')) return;
      expect(receiver.requests.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe('topics and subscriptions', () => {
    test('say what they are', async () => {
      const { topic, subscription } = await channel({ ackDeadlineSeconds: 20 });
      expect((await client.call('GET', `topics/${topic}`)).json).toEqual({ name: client.topicPath(topic) });
      expect((await client.call('GET', `subscriptions/${subscription}`)).json).toMatchObject({
        name: client.subscriptionPath(subscription),
        topic: client.topicPath(topic),
        ackDeadlineSeconds: 20,
        messageRetentionDuration: '604800s',
        pushConfig: {},
      });
      const listed = await client.call('GET', `topics/${topic}/subscriptions`);
      expect(listed.json).toEqual({ subscriptions: [client.subscriptionPath(subscription)] });
    });

    test('are listed', async () => {
      const { topic, subscription } = await channel();
      const topics = await client.call('GET', 'topics?pageSize=1000');
      expect(topics.json.topics).toContainEqual({ name: client.topicPath(topic) });
      const subscriptions = await client.call('GET', 'subscriptions?pageSize=1000');
      expect(subscriptions.json.subscriptions).toContainEqual(
        expect.objectContaining({ name: client.subscriptionPath(subscription) }),
      );
    });

    test('are there once', async () => {
      const { topic, subscription } = await channel();
      const again = await client.call('PUT', `topics/${topic}`, {});
      expect([again.status, again.json.error?.status]).toEqual([409, 'ALREADY_EXISTS']);
      const body = { topic: client.topicPath(topic) };
      expect((await client.call('PUT', `subscriptions/${subscription}`, body)).status).toBe(409);
    });

    test('need a valid name, and a subscription a topic', async () => {
      expect((await client.call('PUT', 'topics/1', {})).status).toBe(400);
      const body = { topic: client.topicPath(unique('topic')) };
      const { status, json } = await client.call('PUT', `subscriptions/${unique('sub')}`, body);
      expect([status, json.error?.status]).toEqual([404, 'NOT_FOUND']);
    });

    test('are gone once deleted; a subscription outlives its topic', async () => {
      const { topic, subscription } = await channel();
      expect((await client.call('DELETE', `topics/${topic}`)).status).toBe(200);
      expect((await client.call('GET', `topics/${topic}`)).status).toBe(404);
      const orphan = await client.call('GET', `subscriptions/${subscription}`);
      expect(orphan.json.topic).toBe('_deleted-topic_');
      expect((await client.call('DELETE', `subscriptions/${subscription}`)).status).toBe(200);
      expect((await client.call('GET', `subscriptions/${subscription}`)).status).toBe(404);
      expect((await client.call('DELETE', `subscriptions/${subscription}`)).status).toBe(404);
    });
  });

  describe.skipIf(gaps.includes('filters'))('filter', () => {
    const messages: ClientMessage[] = [
      { data: 'cat', attributes: { kind: 'cat', size: 'small' } },
      { data: 'cow', attributes: { kind: 'cow', size: 'large' } },
      { data: 'dog', attributes: { kind: 'dog' } },
      { data: 'none' },
    ];

    test.for([
      ['attributes.kind = "cat"', ['cat']],
      ['attributes.kind != "cat"', ['cow', 'dog', 'none']],
      ['attributes:size', ['cat', 'cow']],
      ['hasPrefix(attributes.kind, "c")', ['cat', 'cow']],
      ['hasPrefix(attributes.kind, "c") AND NOT attributes.size = "large"', ['cat']],
      ['attributes.kind = "dog" OR attributes.size = "large"', ['cow', 'dog']],
      ['attributes:kind AND (attributes.kind = "dog" OR attributes.size = "small")', ['cat', 'dog']],
      ['-attributes:kind', ['none']],
    ] as const)('%s', async ([filter, expected]) => {
      const { topic, subscription } = await channel({ filter });
      await client.publish(topic, ...messages);
      expect(texts(await client.receive(subscription, expected.length)).sort()).toEqual(expected);
      expect(await client.pull(subscription)).toEqual([]);
    });

    test.for([
      'attributes.a',
      'attributes.a = b',
      'attributes:a AND attributes:b OR attributes:c',
      '(attributes:a',
    ])('refuses %s', async (filter) => {
      const body = { topic: client.topicPath(await client.topic()), filter };
      expect((await client.call('PUT', `subscriptions/${unique('sub')}`, body)).status).toBe(400);
    });
  });
}
