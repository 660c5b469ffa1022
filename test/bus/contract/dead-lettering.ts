import { describe, expect, test } from 'vitest';
import { texts } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function deadLettering({ client, channel }: BusContext): void {
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
}
