import type { OutgoingMessage } from '../../shared/messages/completion.ts';
import type { Log } from '../../shared/orchestrator/orchestrator.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import type { Tenants } from '../../shared/orchestrator/tenants.ts';
import { messagePublisher } from '../../shared/pubsub/message-publisher.ts';
import { DEFAULT_TOPICS, type TopicNames } from '../../shared/pubsub/topology.ts';
import type { Bus } from './bus.ts';

/** The orchestrator's publisher on the bus in this process. Closing it does not close the bus. */
export function createBusPublisher(
  bus: Bus,
  topics: TopicNames = DEFAULT_TOPICS,
  log?: Log,
  tenants?: Tenants,
): Publisher {
  const sender = {
    send: async (topic: string, message: OutgoingMessage) => {
      await bus.publish(topic, [message]);
    },
    close: async () => {},
  };
  return messagePublisher(topics, sender, log, tenants);
}
