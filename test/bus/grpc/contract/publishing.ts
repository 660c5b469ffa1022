import { describe, expect, test } from 'vitest';
import { CODE } from '../grpc-client.ts';
import { type GrpcContext, texts } from './context.ts';

export function publishing(context: GrpcContext): void {
  describe('publish', () => {
    test('gives each message an id of its own, and brings all of it to the subscriber', async () => {
      const { topic, subscription } = await context.channel();
      const before = Date.now();
      const attributes = { color: 'grün', empty: '' };
      const [first, second] = await context.publish(topic, { data: 'hello', attributes }, { data: 'more' });
      expect(first).not.toBe(second);
      const received = await context.receive(subscription, 2);
      const hello = received.find(({ message }) => message.messageId === first);
      expect(hello?.message).toMatchObject({ data: Buffer.from('hello').toString('base64'), attributes });
      expect(Date.parse(hello?.message.publishTime ?? '')).toBeGreaterThanOrEqual(before - 1_000);
    });

    test('keeps every byte of the data', async () => {
      const { topic, subscription } = await context.channel();
      const data = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte)).toString('base64');
      await context.call('Publisher.Publish', { topic, messages: [{ data }] });
      const [received] = await context.receive(subscription, 1);
      expect(received?.message.data).toBe(data);
    });

    test('takes a message of attributes only', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { attributes: { only: 'this' } });
      const [received] = await context.receive(subscription, 1);
      expect(received?.message.attributes).toEqual({ only: 'this' });
      expect(received?.message.data ?? '').toBe('');
    });

    test('takes a message of megabytes', async () => {
      const topic = await context.topic();
      expect(await context.publish(topic, { data: 'x'.repeat(9_000_000) })).toHaveLength(1);
    });

    test.for([
      ['a message with nothing in it', [{}]],
      ['no message', []],
    ] as const)('refuses %s', async ([, messages]) => {
      const request = { topic: await context.topic(), messages };
      expect(await context.refused('Publisher.Publish', request)).toBe(CODE.INVALID_ARGUMENT);
    });

    test('to an unknown topic is NOT_FOUND', async () => {
      const request = { topic: context.newTopic(), messages: [{ data: 'eA==' }] };
      expect(await context.refused('Publisher.Publish', request)).toBe(CODE.NOT_FOUND);
    });

    test('brings a message to every subscription of the topic', async () => {
      const { topic, subscription } = await context.channel();
      const other = context.newSubscription();
      await context.call('Subscriber.CreateSubscription', { name: other, topic });
      await context.publish(topic, { data: 'x' });
      for (const name of [subscription, other]) expect(texts(await context.receive(name, 1))).toEqual(['x']);
    });
  });
}
