import type { Delivery } from './pending.ts';

/** Receives messages of a subscription: a handler, a waiting pull, or a stream. */
export interface Subscriber {
  /** The number of messages that it can accept now. */
  readonly capacity: number;
  /**
   * The number of bytes that it can accept now. The message that reaches the limit is still delivered, so that a large
   * message arrives.
   */
  readonly byteCapacity: number;
  /** The largest number of messages of one ordering key at a time. */
  readonly countOfKey: number;
  /** The ack deadline of its messages, in seconds. The subscription's deadline if absent. */
  readonly ackDeadline?: number | undefined;
  /** Whether it takes messages before they are durable. false if absent. */
  readonly isAhead?: boolean;
  accept(deliveries: readonly Delivery[]): void;
  /** The subscription was deleted. */
  close(): void;
}
