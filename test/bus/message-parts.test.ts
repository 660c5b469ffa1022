/** What is read of a trigger's call, and what a dead letter keeps of a message. */
import { expect, it } from 'vitest';
import { deadLetterMessage } from '../../shared/pubsub/dead-letter-message.ts';
import { isWithinLimit } from '../../shared/pubsub/message-limits.ts';
import { busMessageOf, topicOf } from '../../shared/pubsub/message-published.ts';

const TOPIC = '//pubsub.googleapis.com/projects/p/topics/operation-lifecycle-a';

it.each([
  [TOPIC, 'operation-lifecycle-a'],
  [`https://evil.example${TOPIC}`, undefined],
  [`${TOPIC}/x`, undefined],
  ['//storage.googleapis.com/projects/p/topics/t', undefined],
  [undefined, undefined],
])('the topic of a call from %s is %s', (source, topic) => {
  expect(topicOf({ source })).toBe(topic);
});

it('a message without a time or an id of its own has those of its call', () => {
  const call = { id: '7', time: '2026-01-02T03:04:05Z', data: { message: { data: 'e30=' } } };
  expect(busMessageOf(call)).toEqual({
    data: Buffer.from('{}'),
    attributes: {},
    messageId: '7',
    publishTime: Date.parse(call.time),
  });
  const own = { messageId: '8', publishTime: '2026-01-02T03:04:06Z' };
  expect(busMessageOf({ ...call, data: { message: own } })).toMatchObject({
    messageId: '8',
    publishTime: Date.parse(own.publishTime),
  });
});

it.each(['googclient_a', 'GoogClient_a'])(
  'a dead letter keeps the attribute %s under a name that is not reserved',
  (key) => {
    const letter = { data: Buffer.of(), messageId: '1', reason: 'r', field: undefined, topic: undefined };
    const { attributes } = deadLetterMessage({ ...letter, attributes: { [key]: 'v' } });
    expect(attributes).toEqual({ reason: 'r', messageId: '1', [`original-${key}`]: 'v' });
  },
);

it('the ordering key counts for the size of a message', () => {
  const sized = (orderingKey: string) => ({ data: Buffer.alloc(9_999_990), attributes: {}, orderingKey });
  expect(isWithinLimit(sized('k'.repeat(10)))).toBe(true);
  expect(isWithinLimit(sized('k'.repeat(11)))).toBe(false);
});
