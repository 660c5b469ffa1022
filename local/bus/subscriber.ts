import type { Delivery } from './pending.ts';

/** Somebody who takes messages of a subscription: a handler, or a pull that waits. */
export interface Subscriber {
  /** How many messages it takes now. */
  readonly capacity: number;
  /** How many of one ordering key at once. */
  readonly countOfKey: number;
  accept(deliveries: readonly Delivery[]): void;
  /** The subscription is gone. */
  close(): void;
}
