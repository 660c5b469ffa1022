import { pullSubscription } from '../../shared/pubsub/topology.ts';
import type { Bus } from './bus.ts';
import type { MessageHandler } from './handler-subscriber.ts';

/**
 * Passes on the messages that are published to the topic from now on, through a subscription that exists as long as this
 * process. Deletes the subscriptions that killed processes left behind.
 */
export async function followTopic(bus: Bus, topic: string, onMessage: MessageHandler) {
  const name = `follow-${topic}`;
  const { registry } = bus;
  if (registry.subscriptions.some((known) => known.name === name)) await registry.deleteSubscription(name);
  await registry.createSubscription(pullSubscription(name, topic));
  const consumption = bus.consume(name, onMessage);
  return {
    async stop() {
      consumption.stop();
      await registry.deleteSubscription(name);
    },
  };
}
