import { messageSize } from '../../shared/pubsub/message-limits.ts';
import type { Delivery } from './pending.ts';
import type { Subscriber } from './subscriber.ts';
import type { Work } from './work.ts';

/** What one answer carries at most. https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 10_000_000;

/**
 * One call to pull: waits for the first message, and takes those that come in the same turn of the event loop along. A
 * commit brings messages one by one, and to answer with the first of them would cost one more call for the others.
 */
export class WaitingPull implements Subscriber {
  /** A pull may have a whole batch of a key. https://cloud.google.com/pubsub/docs/ordering */
  readonly countOfKey = Number.POSITIVE_INFINITY;
  /** Resolves with nothing when it was closed first. */
  readonly result: Promise<readonly Delivery[]>;
  readonly #taken: Delivery[] = [];
  readonly #maxMessages: number;
  readonly #work: Work;
  #bytes = 0;
  #closed = false;
  #resolve: (deliveries: readonly Delivery[]) => void = () => {};

  /** @param work keeps virtual time from passing before the answer */
  constructor(maxMessages: number, work: Work) {
    this.#work = work;
    this.#maxMessages = Math.min(maxMessages, MAX_MESSAGES);
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get capacity(): number {
    return this.#closed ? 0 : this.#maxMessages - this.#taken.length;
  }

  get byteCapacity(): number {
    return MAX_BYTES - this.#bytes;
  }

  accept(deliveries: readonly Delivery[]): void {
    if (this.#taken.length === 0) {
      this.#work.begin();
      setImmediate(() => this.close());
    }
    for (const delivery of deliveries) {
      this.#taken.push(delivery);
      this.#bytes += messageSize(delivery.pending.message);
    }
  }

  /** Takes nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#taken.length > 0) this.#work.end();
    this.#resolve(this.#taken);
  }
}
