import type { BusMessage } from './message.ts';
import type { SubscriptionConfig } from './subscription-config.ts';

/**
 * The attributes that Pub/Sub adds to a message that it forwards to a dead-letter topic.
 * https://cloud.google.com/pubsub/docs/dead-letter-topics#track
 */
export function deadLetterAttributes(
  from: SubscriptionConfig,
  project: string,
  { publishTime, attributes }: BusMessage,
  attempts: number,
): Record<string, string> {
  return {
    ...attributes,
    CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
    CloudPubSubDeadLetterSourceSubscription: from.name,
    CloudPubSubDeadLetterSourceSubscriptionProject: project,
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(publishTime).toISOString(),
  };
}
