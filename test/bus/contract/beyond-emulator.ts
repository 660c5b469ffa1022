import { describe, expect, test, vi } from 'vitest';
import { texts } from '../pubsub-client.ts';
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
    ] as const)('refuses %s', async ([, attributes]) => {
      const topic = await client.topic();
      const { status } = await client.call('POST', `topics/${topic}:publish`, { messages: [{ attributes }] });
      expect(status).toBe(400);
    });
  });

  describe('ordering key', () => {
    test('brings again what was acknowledged out of order', async () => {
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
      await vi.waitFor(() => expect(receiver.requests).toHaveLength(2), { timeout: 15_000 });
      expect(receiver.requests.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2]);
    });
  });
}
