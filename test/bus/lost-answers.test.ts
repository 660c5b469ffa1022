/** Pub/Sub stores a message, and its answer is lost: the message is published again with the same event id, and nothing else is. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import { createPubSubPublisher } from '../../shared/pubsub/publisher.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { type Answer, LostAnswerProxy } from '../faults/real/lost-answer-proxy.ts';
import { SUCCEEDED } from './publisher-contract.ts';
import { PROJECT, PubSubClient } from './pubsub-client.ts';

const host = inject('pubsubEmulatorHost');

const ANSWERS: readonly Answer[] = [
  ...[1, 2, 4, 8, 10, 13, 14].map((code): Answer => ({ kind: 'status', code, message: 'lost' })),
  { kind: 'reset' },
  { kind: 'hangUp' },
];

describe.skipIf(host === undefined)('an answer of Pub/Sub that is lost', () => {
  const lost: Answer[] = [];
  const client = new PubSubClient(() => host ?? '');
  let proxy: LostAnswerProxy;
  let publisher: Publisher;
  let subscription: string;

  beforeAll(async () => {
    proxy = await LostAnswerProxy.start(host ?? '', (method) =>
      method === 'Publish' ? lost.shift() : undefined,
    );
    const completions = await client.topic();
    subscription = await client.subscription(completions);
    publisher = createPubSubPublisher({
      projectId: PROJECT,
      apiEndpoint: proxy.host,
      topics: { ...DEFAULT_TOPICS, completions },
    });
  });
  afterAll(async () => {
    await publisher?.close();
    await proxy?.stop();
  });

  it('each completion comes, twice at most for each lost answer, under one event id', async () => {
    lost.push(...ANSWERS);
    const names = ANSWERS.map((_, index) => `operations/lost-${index}` as const);
    await Promise.all(names.map((name) => publisher.publishCompletion({ ...SUCCEEDED, name })));
    // A later publish with the same ordering key is not held up.
    await Promise.all(names.map((name) => publisher.publishCompletion({ ...SUCCEEDED, name })));
    const expected = names.length * 2 + ANSWERS.length;
    const received = await client.receive(subscription, expected);
    expect(lost).toEqual([]);
    for (const name of names) {
      const copies = received.filter(({ message }) => message.attributes?.operation === name);
      expect(copies.length).toBeGreaterThanOrEqual(2);
      expect(new Set(copies.map(({ message }) => message.attributes?.eventId)).size).toBe(1);
    }
  });
});
