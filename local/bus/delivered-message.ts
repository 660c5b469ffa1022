import type { Delivery } from './pending.ts';

/** A message as a subscriber gets it. */
export interface DeliveredMessage {
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly orderingKey: string;
  /** The subscription it comes through, without the project. */
  readonly subscription: string;
  /** Counted from 1; only in a subscription with a dead-letter policy, as in Pub/Sub. */
  readonly deliveryAttempt?: number;
}

export function deliveredMessage(
  { pending }: Delivery,
  subscription: string,
  counted: boolean,
): DeliveredMessage {
  const { id, publishTime, data, attributes, orderingKey } = pending.message;
  const message = { messageId: String(id), publishTime, data, attributes, orderingKey, subscription };
  return counted ? { ...message, deliveryAttempt: pending.attempts } : message;
}
