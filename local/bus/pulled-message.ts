import { type DeliveredMessage, deliveredMessage } from './delivered-message.ts';
import type { Delivery } from './pending.ts';
import type { Subscription } from './subscription.ts';

/** A message as a pull returns it, with the ack id. */
export interface PulledMessage {
  readonly ackId: string;
  readonly message: DeliveredMessage;
}

export function pulledMessage(subscription: Subscription, delivery: Delivery): PulledMessage {
  const { name, config } = subscription;
  return {
    ackId: subscription.ackId(delivery),
    message: deliveredMessage(delivery, name, config.deadLetterPolicy !== undefined),
  };
}
