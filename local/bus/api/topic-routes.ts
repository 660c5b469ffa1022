import type { Bus } from '../bus.ts';
import { pageOf } from './page.ts';
import { parseBody, publishBody, updateQuery, updateTopicBody } from './request-body.ts';
import type { Route } from './route.ts';
import { topicConfig, topicJson, updatedTopic } from './topic-body.ts';
import { pathsOf } from './update-mask.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics */
export function topicRoutes(bus: Bus): readonly Route[] {
  const { registry } = bus;
  return [
    publishRoute(bus),
    {
      method: 'put',
      path: '/topics/:name',
      handle: async ({ project, name, body }) => {
        const config = topicConfig(name, body);
        await registry.createTopic(name, config.labels);
        return topicJson(config, project);
      },
    },
    {
      method: 'patch',
      path: '/topics/:name',
      handle: async ({ project, name, body, query }) => {
        const { topic, updateMask } = parseBody(updateTopicBody, body);
        const paths = pathsOf(updateMask || parseBody(updateQuery, query).updateMask);
        const updated = updatedTopic(registry.topic(name), topic, paths);
        await registry.updateTopic(updated);
        return topicJson(updated, project);
      },
    },
    {
      method: 'get',
      path: '/topics/:name',
      handle: ({ project, name }) => topicJson(registry.topic(name), project),
    },
    {
      method: 'get',
      path: '/topics',
      handle: ({ project, query }) => {
        const { items, nextPageToken } = pageOf(registry.topics, (name) => name, query);
        return { topics: items.map((name) => topicJson(registry.topic(name), project)), nextPageToken };
      },
    },
    {
      method: 'get',
      path: '/topics/:name/subscriptions',
      handle: ({ project, name, query }) => {
        const names = [...registry.subscribed(name).keys()].sort();
        const { items, nextPageToken } = pageOf(names, (subscription) => subscription, query);
        const subscriptions = items.map((item) => `projects/${project}/subscriptions/${item}`);
        return { subscriptions, nextPageToken };
      },
    },
    {
      method: 'delete',
      path: '/topics/:name',
      handle: async ({ name }) => {
        await registry.deleteTopic(name);
        return {};
      },
    },
  ];
}

export function publishRoute(bus: Bus): Route {
  return {
    method: 'post',
    path: '/topics/:name\\:publish',
    handle: async ({ name, body }) => {
      const { messages } = parseBody(publishBody, body);
      const decoded = messages.map(({ data, attributes, orderingKey }) => ({
        data: Buffer.from(data, 'base64'),
        attributes,
        orderingKey,
      }));
      return { messageIds: await bus.publish(name, decoded) };
    },
  };
}
