import { pageOf } from '../api/page.ts';
import { topicConfig, topicJson, updatedTopic } from '../api/topic-body.ts';
import type { Bus } from '../bus.ts';
import { unary } from './method.ts';
import type { PubSubMessage } from './pubsub-schema.ts';
import { projectOf, topicOf } from './resource-path.ts';

const NO_DATA = new Uint8Array();

/** google.pubsub.v1.Publisher on the bus. Methods that are missing here are answered with UNIMPLEMENTED. */
export function publisherService(bus: Bus) {
  const { registry } = bus;
  return {
    createTopic: unary(async (request: PubSubMessage<'Topic'>) => {
      const { project, name } = topicOf('name', request.name);
      const config = topicConfig(name, { labels: request.labels });
      await registry.createTopic(name, config.labels);
      return topicJson(config, project);
    }),
    updateTopic: unary(async ({ topic, updateMask }: PubSubMessage<'UpdateTopicRequest'>) => {
      const { project, name } = topicOf('topic.name', topic?.name ?? '');
      const updated = updatedTopic(registry.topic(name), { labels: topic?.labels }, updateMask?.paths ?? []);
      await registry.updateTopic(updated);
      return topicJson(updated, project);
    }),
    getTopic: unary((request: PubSubMessage<'GetTopicRequest'>) => {
      const { project, name } = topicOf('topic', request.topic);
      return topicJson(registry.topic(name), project);
    }),
    listTopics: unary((request: PubSubMessage<'ListTopicsRequest'>) => {
      const project = projectOf(request.project);
      const { items, nextPageToken } = pageOf(registry.topics, (name) => name, pageQuery(request));
      return { topics: items.map((name) => topicJson(registry.topic(name), project)), nextPageToken };
    }),
    listTopicSubscriptions: unary((request: PubSubMessage<'ListTopicSubscriptionsRequest'>) => {
      const { project, name } = topicOf('topic', request.topic);
      const names = [...registry.subscribed(name).keys()].sort();
      const { items, nextPageToken } = pageOf(names, (subscription) => subscription, pageQuery(request));
      return {
        subscriptions: items.map((item) => `projects/${project}/subscriptions/${item}`),
        nextPageToken,
      };
    }),
    deleteTopic: unary(async (request: PubSubMessage<'DeleteTopicRequest'>) => {
      await registry.deleteTopic(topicOf('topic', request.topic).name);
      return {};
    }),
    publish: unary(async ({ topic, messages }: PubSubMessage<'PublishRequest'>) => {
      const published = messages.map(({ data, attributes, orderingKey }) => ({
        // For absent bytes, protobufjs returns an empty array.
        data: data?.length ? (data as Uint8Array) : NO_DATA,
        attributes: attributes ?? {},
        orderingKey: orderingKey ?? '',
      }));
      return { messageIds: await bus.publish(topicOf('topic', topic).name, published) };
    }),
  };
}

/** Returns the query of the REST interface for a page. */
export function pageQuery({ pageSize, pageToken }: { pageSize: number; pageToken: string }): object {
  return { pageSize: String(pageSize), pageToken };
}
