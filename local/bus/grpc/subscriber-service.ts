import { toMillis } from '../../../shared/messages/time.ts';
import { timeLeft } from '../../../shared/operations-api/wait-timeout.ts';
import { InvalidInput } from '../../../shared/orchestrator/ports/failure.ts';
import { pageOf } from '../api/page.ts';
import { subscriptionConfig, subscriptionJson, updatedSubscription } from '../api/subscription-body.ts';
import type { Bus } from '../bus.ts';
import type { SubscriptionConfig } from '../subscription-config.ts';
import { OutdatedAckIds } from './ack-error.ts';
import { type CallContext, unary } from './method.ts';
import { pageQuery } from './publisher-service.ts';
import type { PubSubMessage } from './pubsub-schema.ts';
import { receivedMessage } from './received-message.ts';
import { projectOf, subscriptionOf } from './resource-path.ts';
import { streamingPull } from './streaming-pull.ts';
import { jsonOfSubscription, messageOfSubscription } from './subscription-message.ts';

/** How long a pull waits for its first message, in milliseconds, unless its deadline is earlier. */
const PULL_WAIT_MS = 20_000;

/** google.pubsub.v1.Subscriber on the bus. Methods that are missing here are answered with UNIMPLEMENTED. */
export function subscriberService(bus: Bus) {
  return { ...resourceMethods(bus), ...messageMethods(bus), streamingPull: streamingPull(bus) };
}

function resourceMethods({ registry }: Bus) {
  const answer = (config: SubscriptionConfig, project: string) =>
    messageOfSubscription(subscriptionJson(config, project));
  return {
    createSubscription: unary(async (request: PubSubMessage<'Subscription'>) => {
      const { project, name } = subscriptionOf('name', request.name);
      const config = subscriptionConfig(project, name, jsonOfSubscription(request));
      await registry.createSubscription(config);
      return answer(config, project);
    }),
    updateSubscription: unary(
      async ({ subscription, updateMask }: PubSubMessage<'UpdateSubscriptionRequest'>) => {
        const { project, name } = subscriptionOf('subscription.name', subscription?.name ?? '');
        const { config } = registry.subscription(name);
        const update = jsonOfSubscription(subscription ?? {});
        const updated = updatedSubscription(project, config, update, updateMask?.paths ?? []);
        await registry.updateSubscription(updated);
        return answer(updated, project);
      },
    ),
    getSubscription: unary((request: PubSubMessage<'GetSubscriptionRequest'>) => {
      const { project, name } = subscriptionOf('subscription', request.subscription);
      return answer(registry.subscription(name).config, project);
    }),
    listSubscriptions: unary((request: PubSubMessage<'ListSubscriptionsRequest'>) => {
      const project = projectOf(request.project);
      const page = pageOf(registry.subscriptions, ({ name }) => name, pageQuery(request));
      const subscriptions = page.items.map((config) => answer(config, project));
      return { subscriptions, nextPageToken: page.nextPageToken };
    }),
    deleteSubscription: unary(async (request: PubSubMessage<'DeleteSubscriptionRequest'>) => {
      await registry.deleteSubscription(subscriptionOf('subscription', request.subscription).name);
      return {};
    }),
    modifyPushConfig: unary(
      async ({ subscription, pushConfig }: PubSubMessage<'ModifyPushConfigRequest'>) => {
        const { project, name } = subscriptionOf('subscription', subscription);
        const { config } = registry.subscription(name);
        const update = jsonOfSubscription({ pushConfig: pushConfig ?? {} });
        await registry.updateSubscription(updatedSubscription(project, config, update, ['pushConfig']));
        return {};
      },
    ),
  };
}

function messageMethods(bus: Bus) {
  return {
    pull: unary(async (request: PubSubMessage<'PullRequest'>, call: CallContext) => {
      const { name } = subscriptionOf('subscription', request.subscription);
      const gone = new AbortController();
      let isAnswered = false;
      // grpc-js emits it after an answer too.
      call.once('cancelled', () => isAnswered || gone.abort());
      const waitMs = Math.min(PULL_WAIT_MS, timeLeft(call.getDeadline(), Date.now()));
      const pulled = await bus.pull(name, {
        maxMessages: request.maxMessages,
        waitMs: request.returnImmediately ? undefined : waitMs,
        signal: gone.signal,
      });
      isAnswered = true;
      return { receivedMessages: pulled.map(receivedMessage) };
    }),
    acknowledge: unary(async ({ subscription, ackIds }: PubSubMessage<'AcknowledgeRequest'>) => {
      const { name } = subscriptionOf('subscription', subscription);
      checkAckIds(ackIds);
      tellOutdated(bus, name, await bus.acknowledge(name, ackIds));
      return {};
    }),
    modifyAckDeadline: unary(
      ({ subscription, ackIds, ackDeadlineSeconds }: PubSubMessage<'ModifyAckDeadlineRequest'>) => {
        const { name } = subscriptionOf('subscription', subscription);
        checkAckIds(ackIds);
        tellOutdated(bus, name, bus.modifyAckDeadline(name, ackIds, ackDeadlineSeconds));
        return {};
      },
    ),
    seek: unary(async ({ subscription, time }: PubSubMessage<'SeekRequest'>) => {
      const { name } = subscriptionOf('subscription', subscription);
      if (!time) throw new InvalidInput('time', 'is required: the embedded bus has no snapshots');
      await bus.seek(name, toMillis(time as { seconds: number; nanos: number }));
      return {};
    }),
  };
}

function checkAckIds(ackIds: readonly string[]): void {
  if (ackIds.length === 0) throw new InvalidInput('ackIds', 'no ack ids specified');
}

/** Without exactly-once delivery, an id that has expired or was acknowledged before is not an error. */
function tellOutdated({ registry }: Bus, subscription: string, ackIds: readonly string[]): void {
  if (ackIds.length > 0 && registry.subscription(subscription).config.exactlyOnce) {
    throw new OutdatedAckIds(ackIds);
  }
}
