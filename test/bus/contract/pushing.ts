import { describe, expect, test } from 'vitest';
import { texts } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function pushing({ client, pushed }: BusContext): void {
  describe('push', () => {
    test('posts the wrapped message, and 200 acknowledges it', async () => {
      const { receiver, topic, subscription } = await pushed({});
      const [messageId] = await client.publish(topic, { data: 'pushed', attributes: { a: 'b' } });
      await expect.poll(() => receiver.requests).toHaveLength(1);
      expect(receiver.requests[0]).toMatchObject({
        message: { data: Buffer.from('pushed').toString('base64'), attributes: { a: 'b' }, messageId },
        subscription: client.subscriptionPath(subscription),
      });
    });

    test.for([500, 404, 301])('pushes again after %i', async (status) => {
      const { receiver, topic } = await pushed({}, status);
      const [messageId] = await client.publish(topic, { data: 'x' });
      await expect.poll(() => receiver.requests).toHaveLength(2);
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
    });
  });
}
