import { pullSubscription } from '../../shared/pubsub/topology.ts';
import type { Bus } from './bus.ts';
import type { MessageHandler } from './handler-subscriber.ts';

/**
 * Hands over what is published to the topic from now on. The subscription is for one process's life: what another left
 * of its own, when it was killed, goes first.
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
