import { describe, expect, test } from 'vitest';
import { texts, unique } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

/**
 * What Pub/Sub does by its documentation and the emulator does not: it has no limits on attributes, does not bring
 * messages again that were acknowledged out of order, and does not count the attempts of a push.
 */
export function beyondEmulator({ client, channel, pushed }: BusContext): void {
  describe('publish', () => {
    test.for([
      ['101 attributes', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, '']))],
      ['a key of 257 bytes', { ['k'.repeat(257)]: '' }],
      ['a value of 1,025 bytes', { k: 'ä'.repeat(513) }],
      ["a key that is the service's own", { googclient_x: '' }],
    ] as const)('refuses %s', async ([, attributes]) => {
      const topic = await client.topic();
      const { status } = await client.call('POST', `topics/${topic}:publish`, { messages: [{ attributes }] });
      expect(status).toBe(400);
    });
  });

  describe('publish', () => {
    test.for([
      ['1,001 messages', Array(1_001).fill({ data: 'eA==' })],
      ['10 MB in two messages', Array(2).fill({ data: 'A'.repeat(6_800_000) })],
    ] as const)('refuses a request of %s', async ([, messages]) => {
      const { topic, subscription } = await channel();
      expect((await client.call('POST', `topics/${topic}:publish`, { messages })).status).toBe(400);
      expect(await client.pull(subscription)).toEqual([]);
    });
  });

  describe('a subscription', () => {
    test('is not created, nor changed, with a dead-letter topic that is not there', async () => {
      const { topic, subscription } = await channel();
      const deadLetterPolicy = { deadLetterTopic: client.topicPath(unique('topic')) };
      const create = { topic: client.topicPath(topic), deadLetterPolicy };
      expect((await client.call('PUT', `subscriptions/${unique('sub')}`, create)).status).toBe(404);
      const update = { subscription: { deadLetterPolicy }, updateMask: 'deadLetterPolicy' };
      expect((await client.call('PATCH', `subscriptions/${subscription}`, update)).status).toBe(404);
    });

    test('that is deleted ends a pull that waits, with 404', async () => {
      const { subscription } = await channel();
      const body = { maxMessages: 1 };
      const waiting = client.call('POST', `subscriptions/${subscription}:pull`, body);
      await client.call('GET', `subscriptions/${subscription}`);
      await client.call('DELETE', `subscriptions/${subscription}`);
      expect((await waiting).status).toBe(404);
    });

    test('is changed over REST, with the mask in the body or in the query', async () => {
      const { subscription } = await channel();
      const path = `subscriptions/${subscription}`;
      const inBody = { subscription: { ackDeadlineSeconds: 30 }, updateMask: 'ackDeadlineSeconds' };
      expect((await client.call('PATCH', path, inBody)).json.ackDeadlineSeconds).toBe(30);
      const labels = { subscription: { labels: { team: 'a' } } };
      expect((await client.call('PATCH', `${path}?updateMask=labels`, labels)).status).toBe(200);
      expect((await client.call('GET', path)).json).toMatchObject({
        ...{ ackDeadlineSeconds: 30, labels: { team: 'a' } },
      });
    });

    test('pushes to the endpoint that it was given last, and to none once that is taken away', async () => {
      const first = await pushed({});
      const second = await pushed({});
      const path = `subscriptions/${first.subscription}:modifyPushConfig`;
      await client.call('POST', path, { pushConfig: { pushEndpoint: second.receiver.url } });
      await client.publish(first.topic, { data: 'x' });
      await expect.poll(() => second.receiver.requests).toHaveLength(1);
      expect(first.receiver.requests).toHaveLength(0);
      await client.call('POST', path, { pushConfig: {} });
      await client.publish(first.topic, { data: 'y' });
      expect(texts(await client.receive(first.subscription, 1))).toEqual(['y']);
      expect(second.receiver.requests).toHaveLength(1);
    });

    test('is sought to a time, over REST too', async () => {
      const { topic, subscription } = await channel();
      await client.publish(topic, { data: 'before' });
      const body = { time: new Date(Date.now() + 60_000).toISOString() };
      expect((await client.call('POST', `subscriptions/${subscription}:seek`, body)).status).toBe(200);
      await client.publish(topic, { data: 'after' });
      expect(texts(await client.receive(subscription, 1))).toEqual(['after']);
    });
  });

  describe('ordering key', () => {
    test('redelivers messages that were acknowledged out of order', async () => {
      const { topic, subscription } = await channel({ enableMessageOrdering: true });
      await client.publish(topic, ...['1', '2', '3'].map((data) => ({ data, orderingKey: 'a' })));
      const [first, ...later] = await client.receive(subscription, 3);
      await client.acknowledge(subscription, ...later);
      if (first) await client.modifyDeadline(subscription, 0, first);
      expect(texts(await client.receive(subscription, 3))).toEqual(['1', '2', '3']);
    });
  });

  describe('push', () => {
    test('says its attempt where there is a dead-letter policy', async () => {
      const deadLetterPolicy = {
        deadLetterTopic: client.topicPath(await client.topic()),
        maxDeliveryAttempts: 5,
      };
      const { receiver, topic } = await pushed({ deadLetterPolicy }, 500);
      await client.publish(topic, { data: 'x' });
      await expect.poll(() => receiver.requests).toHaveLength(2);
      expect(receiver.requests.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2]);
    });
  });
}
