import { describe, expect, test } from 'vitest';
import { texts } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function acknowledging({ client, channel }: BusContext): void {
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

    test('can be repeated, and is refused without an id or with an invalid one', async () => {
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
}
