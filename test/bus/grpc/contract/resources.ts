import { describe, expect, test } from 'vitest';
import { CODE } from '../grpc-client.ts';
import { type GrpcContext, PROJECT } from './context.ts';

export function resources(context: GrpcContext): void {
  describe('topics', () => {
    test('are created once, found, and listed page by page', async () => {
      const name = await context.topic();
      expect(await context.refused('Publisher.CreateTopic', { name })).toBe(CODE.ALREADY_EXISTS);
      expect(await context.call('Publisher.GetTopic', { topic: name })).toMatchObject({ name });
      await context.topic();
      const names: string[] = [];
      let pageToken = '';
      do {
        const request = { project: `projects/${PROJECT}`, pageSize: 1, pageToken };
        const page = await context.call('Publisher.ListTopics', request);
        expect(page.topics).toHaveLength(1);
        names.push(page.topics[0].name);
        pageToken = page.nextPageToken ?? '';
      } while (pageToken !== '');
      expect(names).toContain(name);
      expect(new Set(names).size).toBe(names.length);
    });

    test('that are deleted are gone, and their subscriptions stay', async () => {
      const { topic, subscription } = await context.channel();
      await context.call('Publisher.DeleteTopic', { topic });
      expect(await context.refused('Publisher.GetTopic', { topic })).toBe(CODE.NOT_FOUND);
      expect(await context.refused('Publisher.DeleteTopic', { topic })).toBe(CODE.NOT_FOUND);
      const orphan = await context.call('Subscriber.GetSubscription', { subscription });
      expect(orphan.topic).toBe('_deleted-topic_');
    });

    test.for(['projects/p/topics/1', 'no-path', ''])('can not be named "%s"', async (name) => {
      expect(await context.refused('Publisher.CreateTopic', { name })).toBe(CODE.INVALID_ARGUMENT);
    });
  });

  describe('subscriptions', () => {
    test('are what they were created as', async () => {
      const { topic, subscription } = await context.channel({
        ...{ ackDeadlineSeconds: 20, enableMessageOrdering: true, messageRetentionDuration: '1200s' },
        retryPolicy: { minimumBackoff: '1.5s', maximumBackoff: '20s' },
      });
      expect(await context.call('Subscriber.GetSubscription', { subscription })).toMatchObject({
        ...{ name: subscription, topic, ackDeadlineSeconds: 20, enableMessageOrdering: true },
        messageRetentionDuration: '1200s',
        retryPolicy: { maximumBackoff: '20s' },
      });
      const listed = await context.call('Publisher.ListTopicSubscriptions', { topic });
      expect(listed.subscriptions).toEqual([subscription]);
    });

    test('have the defaults of Pub/Sub', async () => {
      const { subscription } = await context.channel();
      expect(await context.call('Subscriber.GetSubscription', { subscription })).toMatchObject({
        ...{ ackDeadlineSeconds: 10, messageRetentionDuration: '604800s' },
      });
    });

    test('are created once, for a topic that is there, and listed', async () => {
      const { topic, subscription } = await context.channel();
      const create = (name: string, of: string) =>
        context.refused('Subscriber.CreateSubscription', { name, topic: of });
      expect(await create(subscription, topic)).toBe(CODE.ALREADY_EXISTS);
      expect(await create(context.newSubscription(), context.newTopic())).toBe(CODE.NOT_FOUND);
      const request = { project: `projects/${PROJECT}`, pageSize: 1_000 };
      const { subscriptions } = await context.call('Subscriber.ListSubscriptions', request);
      expect(subscriptions).toContainEqual(expect.objectContaining({ name: subscription }));
    });

    test('that are deleted are gone', async () => {
      const { subscription } = await context.channel();
      await context.call('Subscriber.DeleteSubscription', { subscription });
      for (const method of ['GetSubscription', 'DeleteSubscription']) {
        expect(await context.refused(`Subscriber.${method}`, { subscription })).toBe(CODE.NOT_FOUND);
      }
    });

    test('change the fields that an update names, and no other', async () => {
      const { subscription } = await context.channel({ ackDeadlineSeconds: 20 });
      await context.call('Subscriber.UpdateSubscription', {
        subscription: { name: subscription, ackDeadlineSeconds: 30, messageRetentionDuration: '1200s' },
        updateMask: 'ackDeadlineSeconds',
      });
      expect(await context.call('Subscriber.GetSubscription', { subscription })).toMatchObject({
        ...{ ackDeadlineSeconds: 30, messageRetentionDuration: '604800s' },
      });
    });

    test.for(['topic', 'filter', 'nothingOfTheKind'])('refuse to change %s', async (updateMask) => {
      const { topic, subscription } = await context.channel();
      const update = { subscription: { name: subscription, topic, filter: 'attributes:a' }, updateMask };
      const refused = await context.refused('Subscriber.UpdateSubscription', update);
      expect(refused).toBe(CODE.INVALID_ARGUMENT);
    });
  });
}
