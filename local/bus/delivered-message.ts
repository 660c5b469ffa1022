import type { Delivery } from './pending.ts';

/** A message as a subscriber receives it. */
export interface DeliveredMessage {
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty if the message has no ordering key. */
  readonly orderingKey: string;
  /** The subscription that the message was delivered by, without the project. */
  readonly subscription: string;
  /** The number of this attempt, from 1. As in Pub/Sub, only present if the subscription has a dead-letter policy. */
  readonly deliveryAttempt?: number;
}

export function deliveredMessage(
  { pending }: Delivery,
  subscription: string,
  counted: boolean,
): DeliveredMessage {
  const { id, publishTime, data, attributes, orderingKey } = pending.message;
  return {
    messageId: String(id),
    publishTime,
    data,
    attributes,
    orderingKey,
    subscription,
    deliveryAttempt: counted ? pending.attempts : undefined,
  };
}
