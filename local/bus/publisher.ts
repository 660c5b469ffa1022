import type { OutgoingMessage } from '../../shared/messages/completion.ts';
import type { Log } from '../../shared/orchestrator/orchestrator.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import type { Tenants } from '../../shared/orchestrator/tenants.ts';
import { messagePublisher } from '../../shared/pubsub/message-publisher.ts';
import { DEFAULT_TOPICS, type TopicNames } from '../../shared/pubsub/topology.ts';
import type { Lead } from '../sqlite/lead.ts';
import type { Bus } from './bus.ts';

export interface BusPublisherOptions {
  readonly topics?: TopicNames;
  readonly log?: Log;
  readonly tenants?: Tenants;
  /** The lead of an orchestrator that is ahead of the disk. Without it, a publish resolves once the message is durable. */
  readonly lead?: Lead | undefined;
}

/** The orchestrator's publisher on the bus of this process. Closing it leaves the bus open. */
export function createBusPublisher(
  bus: Bus,
  { topics = DEFAULT_TOPICS, log, tenants, lead }: BusPublisherOptions = {},
): Publisher {
  const sender = {
    send: async (topic: string, message: OutgoingMessage) => {
      if (!lead) {
        await bus.publish(topic, [message]);
        return;
      }
      lead.require();
      bus.publishAhead(topic, [message]);
    },
    close: async () => {},
  };
  return messagePublisher(topics, sender, log, tenants);
}
