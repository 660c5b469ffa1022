import type { Bus } from '../bus.ts';
import { messageJson } from '../message-json.ts';
import type { PulledMessage } from '../pulled-message.ts';
import { pageOf } from './page.ts';
import {
  acknowledgeBody,
  modifyAckDeadlineBody,
  modifyPushConfigBody,
  parseBody,
  pullBody,
  seekBody,
  updateQuery,
  updateSubscriptionBody,
} from './request-body.ts';
import type { Route } from './route.ts';
import { subscriptionConfig, subscriptionJson, updatedSubscription } from './subscription-body.ts';
import { pathsOf } from './update-mask.ts';

/** How long a pull waits for its first message, in milliseconds: less than the usual timeout of HTTP clients. */
const PULL_WAIT_MS = 20_000;

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions */
export function subscriptionRoutes(bus: Bus): readonly Route[] {
  return [...messageRoutes(bus), ...resourceRoutes(bus)];
}

/** What is done with messages, by `POST`. */
export function messageRoutes(bus: Bus): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/subscriptions/:name\\:pull',
      handle: async ({ name, body, gone }) => {
        const { maxMessages, returnImmediately } = parseBody(pullBody, body);
        const pulled = returnImmediately
          ? await bus.pull(name, { maxMessages })
          : await bus.pull(name, { maxMessages, waitMs: PULL_WAIT_MS, signal: gone() });
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

function resourceRoutes(bus: Bus): readonly Route[] {
  const { registry } = bus;
  return [
    {
      method: 'put',
      path: '/subscriptions/:name',
      handle: async ({ project, name, body }) => {
        const config = subscriptionConfig(project, name, body);
        await registry.createSubscription(config);
        return subscriptionJson(config, project);
      },
    },
    {
      method: 'patch',
      path: '/subscriptions/:name',
      handle: async ({ project, name, body, query }) => {
        const { subscription, updateMask } = parseBody(updateSubscriptionBody, body);
        const { config } = registry.subscription(name);
        const paths = pathsOf(updateMask || parseBody(updateQuery, query).updateMask);
        const updated = updatedSubscription(project, config, subscription, paths);
        await registry.updateSubscription(updated);
        return subscriptionJson(updated, project);
      },
    },
    {
      method: 'post',
      path: '/subscriptions/:name\\:modifyPushConfig',
      handle: async ({ project, name, body }) => {
        const { config } = registry.subscription(name);
        const update = parseBody(modifyPushConfigBody, body);
        await registry.updateSubscription(updatedSubscription(project, config, update, ['pushConfig']));
        return {};
      },
    },
    {
      method: 'post',
      path: '/subscriptions/:name\\:seek',
      handle: async ({ name, body }) => {
        await bus.seek(name, parseBody(seekBody, body).time);
        return {};
      },
    },
    {
      method: 'get',
      path: '/subscriptions/:name',
      handle: ({ project, name }) => subscriptionJson(registry.subscription(name).config, project),
    },
    {
      method: 'get',
      path: '/subscriptions',
      handle: ({ project, query }) => {
        const { items, nextPageToken } = pageOf(registry.subscriptions, ({ name }) => name, query);
        return { subscriptions: items.map((config) => subscriptionJson(config, project)), nextPageToken };
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
  return { ackId, message: messageJson(message), deliveryAttempt: message.deliveryAttempt };
}
