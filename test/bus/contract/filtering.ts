import { describe, expect, test } from 'vitest';
import { type ClientMessage, texts, unique } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function filtering({ client, channel }: BusContext): void {
  describe('filter', () => {
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
      ['attributes."kind" = "\\x63a\\u0074"', ['cat']],
      ['attributes.kind = "\\143ow"', ['cow']],
    ] as const)('%s', async ([filter, expected]) => {
      const { topic, subscription } = await channel({ filter });
      await client.publish(topic, ...messages);
      expect(texts(await client.receive(subscription, expected.length)).sort()).toEqual(expected);
      expect(await client.pull(subscription)).toEqual([]);
    });

    test('reads keys of digits and hyphens without quotes, and escapes of what does not print', async () => {
      const { topic, subscription } = await channel({ filter: 'attributes.1st-key = "a\\tb\\U0001F600"' });
      await client.publish(topic, { data: 'x', attributes: { '1st-key': 'a\tb😀' } });
      expect(texts(await client.receive(subscription, 1))).toEqual(['x']);
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
