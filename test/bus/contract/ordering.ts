import { describe, expect, test } from 'vitest';
import { until } from '../../setup/until.ts';
import { texts } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function ordering({ client, channel }: BusContext): void {
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

    test('does not hold up another key', async () => {
      const { topic, subscription } = await channel(ordered);
      await client.publish(topic, { data: 'a1', orderingKey: 'a' });
      await client.receive(subscription, 1);
      await client.publish(topic, { data: 'a2', orderingKey: 'a' }, { data: 'b1', orderingKey: 'b' });
      const seen: string[] = [];
      await until('the other key', async () => {
        seen.push(...texts(await client.pull(subscription)));
        return seen.includes('b1');
      });
    });
  });
}
