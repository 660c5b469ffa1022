import {
  type SubscriptionResource,
  subscriptionResource,
} from '../../../shared/pubsub/subscription-resource.ts';
import type { Bus, PulledMessage } from '../bus.ts';
import { messageJson } from '../message-json.ts';
import { DELETED_TOPIC } from '../registry.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import { pageOf } from './page.ts';
import { acknowledgeBody, modifyAckDeadlineBody, parseBody, pullBody } from './request-body.ts';
import type { Route } from './route.ts';
import { subscriptionConfig } from './subscription-body.ts';

/** How long a pull waits for a first message, in milliseconds: less than what HTTP clients commonly wait. */
const PULL_WAIT = 20_000;

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions */
export function subscriptionRoutes(bus: Bus): readonly Route[] {
  return [...messageRoutes(bus), ...resourceRoutes(bus)];
}

function messageRoutes(bus: Bus): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/subscriptions/:name\\:pull',
      handle: async ({ name, body, signal }) => {
        const { maxMessages, returnImmediately } = parseBody(pullBody, body);
        const wait = returnImmediately ? {} : { wait: PULL_WAIT };
        const pulled = await bus.pull(name, { maxMessages, signal, ...wait });
        return pulled.length === 0 ? {} : { receivedMessages: pulled.map(receivedMessage) };
      },
    },
    {
      method: 'post',
      path: '/subscriptions/:name\\:acknowledge',
      handle: async ({ name, body }) => {
        await bus.acknowledge(name, parseBody(acknowledgeBody, body).ackIds);
        return {};
      },
    },
    {
      method: 'post',
      path: '/subscriptions/:name\\:modifyAckDeadline',
      handle: ({ name, body }) => {
        const { ackIds, ackDeadlineSeconds } = parseBody(modifyAckDeadlineBody, body);
        bus.modifyAckDeadline(name, ackIds, ackDeadlineSeconds);
        return {};
      },
    },
  ];
}

function resourceRoutes({ registry }: Bus): readonly Route[] {
  return [
    {
      method: 'put',
      path: '/subscriptions/:name',
      handle: async ({ project, name, body }) => {
        const config = subscriptionConfig(project, name, body);
        await registry.createSubscription(config);
        return resource(config, project);
      },
    },
    {
      method: 'get',
      path: '/subscriptions/:name',
      handle: ({ project, name }) => resource(registry.subscription(name).config, project),
    },
    {
      method: 'get',
      path: '/subscriptions',
      handle: ({ project, query }) => {
        const { items, nextPageToken } = pageOf(registry.subscriptions, ({ name }) => name, query);
        return { subscriptions: items.map((config) => resource(config, project)), nextPageToken };
      },
    },
    {
      method: 'delete',
      path: '/subscriptions/:name',
      handle: async ({ name }) => {
        await registry.deleteSubscription(name);
        return {};
      },
    },
  ];
}

function receivedMessage({ ackId, message }: PulledMessage): object {
  const { deliveryAttempt } = message;
  return { ackId, message: messageJson(message), ...(deliveryAttempt !== undefined && { deliveryAttempt }) };
}

function resource(config: SubscriptionConfig, project: string): SubscriptionResource {
  const json = subscriptionResource(config, project, config.pushEndpoint);
  return config.topic === DELETED_TOPIC ? { ...json, topic: DELETED_TOPIC } : json;
}
