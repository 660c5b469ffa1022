import { describe, expect, test } from 'vitest';
import { texts, unique } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function publishing({ client, channel }: BusContext): void {
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
  });
}
