import type { Delivery } from './pending.ts';

/** A subscriber takes messages of a subscription: a handler, a waiting pull, or a stream. */
export interface Subscriber {
  /** How many messages it takes now. */
  readonly capacity: number;
  /** How many bytes it takes now. The message that reaches the limit is still taken, so that a large one arrives. */
  readonly byteCapacity: number;
  /** How many of one ordering key at once. */
  readonly countOfKey: number;
  /** The ack deadline of what it takes, in seconds; the subscription's where absent. */
  readonly ackDeadline?: number | undefined;
  /** Whether it takes messages that a crash could still take back. Not where absent. */
  readonly isAhead?: boolean;
  accept(deliveries: readonly Delivery[]): void;
  /** The subscription is gone. */
  close(): void;
}
