import { describe, expect, test } from 'vitest';
import { texts, unique } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function pulling({ client, channel }: BusContext): void {
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
}
