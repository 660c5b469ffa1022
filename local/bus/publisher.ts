import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import { messagePublisher } from '../../shared/pubsub/message-publisher.ts';
import { DEFAULT_TOPICS, type TopicNames } from '../../shared/pubsub/topology.ts';
import type { Bus } from './bus.ts';

/** The orchestrator's publisher on the bus of this process. Closing it leaves the bus open. */
export function createBusPublisher(bus: Bus, topics: TopicNames = DEFAULT_TOPICS): Publisher {
  return messagePublisher(topics, {
    send: async (topic, message) => {
      await bus.publish(topic, [message]);
    },
    close: async () => {},
  });
}
