import type { Bus } from '../bus.ts';
import { pageOf } from './page.ts';
import { parseBody, publishBody } from './request-body.ts';
import type { Route } from './route.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics */
export function topicRoutes(bus: Bus): readonly Route[] {
  const { registry } = bus;
  return [
    {
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
    },
    {
      method: 'put',
      path: '/topics/:name',
      handle: async ({ project, name }) => {
        await registry.createTopic(name);
        return { name: topicPath(project, name) };
      },
    },
    {
      method: 'get',
      path: '/topics/:name',
      handle: ({ project, name }) => {
        registry.subscribed(name);
        return { name: topicPath(project, name) };
      },
    },
    {
      method: 'get',
      path: '/topics',
      handle: ({ project, query }) => {
        const { items, nextPageToken } = pageOf(registry.topics, (name) => name, query);
        return { topics: items.map((name) => ({ name: topicPath(project, name) })), nextPageToken };
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

function topicPath(project: string, name: string): string {
  return `projects/${project}/topics/${name}`;
}
