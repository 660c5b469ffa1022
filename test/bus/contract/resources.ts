import { describe, expect, test } from 'vitest';
import { unique } from '../pubsub-client.ts';
import type { BusContext } from './context.ts';

export function resources({ client, channel }: BusContext): void {
  describe('topics and subscriptions', () => {
    test('say what they are', async () => {
      const { topic, subscription } = await channel({ ackDeadlineSeconds: 20 });
      expect((await client.call('GET', `topics/${topic}`)).json).toEqual({ name: client.topicPath(topic) });
      expect((await client.call('GET', `subscriptions/${subscription}`)).json).toMatchObject({
        name: client.subscriptionPath(subscription),
        topic: client.topicPath(topic),
        ackDeadlineSeconds: 20,
        messageRetentionDuration: '604800s',
        pushConfig: {},
      });
      const listed = await client.call('GET', `topics/${topic}/subscriptions`);
      expect(listed.json).toEqual({ subscriptions: [client.subscriptionPath(subscription)] });
    });

    test('are listed', async () => {
      const { topic, subscription } = await channel();
      const topics = await client.call('GET', 'topics?pageSize=1000');
      expect(topics.json.topics).toContainEqual({ name: client.topicPath(topic) });
      const subscriptions = await client.call('GET', 'subscriptions?pageSize=1000');
      expect(subscriptions.json.subscriptions).toContainEqual(
        expect.objectContaining({ name: client.subscriptionPath(subscription) }),
      );
    });

    test('are there once', async () => {
      const { topic, subscription } = await channel();
      const again = await client.call('PUT', `topics/${topic}`, {});
      expect([again.status, again.json.error?.status]).toEqual([409, 'ALREADY_EXISTS']);
      const body = { topic: client.topicPath(topic) };
      expect((await client.call('PUT', `subscriptions/${subscription}`, body)).status).toBe(409);
    });

    test('need a valid name, and a subscription a topic', async () => {
      expect((await client.call('PUT', 'topics/1', {})).status).toBe(400);
      const body = { topic: client.topicPath(unique('topic')) };
      const { status, json } = await client.call('PUT', `subscriptions/${unique('sub')}`, body);
      expect([status, json.error?.status]).toEqual([404, 'NOT_FOUND']);
    });

    test('are gone once deleted; a subscription outlives its topic', async () => {
      const { topic, subscription } = await channel();
      expect((await client.call('DELETE', `topics/${topic}`)).status).toBe(200);
      expect((await client.call('GET', `topics/${topic}`)).status).toBe(404);
      const orphan = await client.call('GET', `subscriptions/${subscription}`);
      expect(orphan.json.topic).toBe('_deleted-topic_');
      expect((await client.call('DELETE', `subscriptions/${subscription}`)).status).toBe(200);
      expect((await client.call('GET', `subscriptions/${subscription}`)).status).toBe(404);
      expect((await client.call('DELETE', `subscriptions/${subscription}`)).status).toBe(404);
    });
  });
}
