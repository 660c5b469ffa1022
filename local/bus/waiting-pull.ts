import type { Delivery } from './pending.ts';
import type { Subscriber } from './subscriber.ts';

/** The limits of one answer. https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 10_000_000;

/** One call to pull: takes messages once, and waits for the first. */
export class WaitingPull implements Subscriber {
  readonly byteCapacity = MAX_BYTES;
  /** A pull may get a whole batch of one ordering key. https://cloud.google.com/pubsub/docs/ordering */
  readonly countOfKey = Number.POSITIVE_INFINITY;
  /** Resolves without messages if it was closed before. */
  readonly result: Promise<readonly Delivery[]>;
  #capacity: number;
  #resolve: (deliveries: readonly Delivery[]) => void = () => {};

  constructor(maxMessages: number) {
    this.#capacity = Math.min(maxMessages, MAX_MESSAGES);
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get capacity(): number {
    return this.#capacity;
  }

  accept(deliveries: readonly Delivery[]): void {
    this.#capacity = 0;
    this.#resolve(deliveries);
  }

  close(): void {
    this.accept([]);
  }
}
