import { greatestMessageSize } from '../../shared/pubsub/message-limits.ts';
import type { Delivery } from './pending.ts';
import type { Schedule } from './schedule.ts';
import type { Subscriber } from './subscriber.ts';
import type { Work } from './work.ts';

/** The limits of one answer. https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 10_000_000;

/**
 * One call to pull: waits for the first message, and takes those that arrive in the same turn of the event loop too. A
 * commit brings messages one by one, and to answer with the first of them would cost another call for the rest.
 */
export class WaitingPull implements Subscriber {
  /** A pull may get a whole batch of one ordering key. https://cloud.google.com/pubsub/docs/ordering */
  readonly countOfKey = Number.POSITIVE_INFINITY;
  /** Resolves without messages if it was closed before. */
  readonly result: Promise<readonly Delivery[]>;
  readonly #taken: Delivery[] = [];
  readonly #maxMessages: number;
  readonly #work: Work;
  /** At least the size of the messages: to measure each text takes longer, and an answer may have fewer messages than fit. */
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
      this.#bytes += greatestMessageSize(delivery.pending.message);
    }
  }

  /** The messages that it takes until it has some, `waitMs` are over, or the signal is aborted. */
  async within(
    waitMs: number,
    schedule: Schedule,
    signal: AbortSignal | undefined,
  ): Promise<readonly Delivery[]> {
    const end = () => this.close();
    if (signal?.aborted) end();
    const alarm = schedule.after(waitMs, end);
    signal?.addEventListener('abort', end, { once: true });
    const deliveries = await this.result;
    signal?.removeEventListener('abort', end);
    schedule.cancel(alarm);
    return deliveries;
  }

  /** Closes the pull. Returns the messages that it has. */
  taken(): readonly Delivery[] {
    this.close();
    return this.#taken;
  }

  /** Accepts no further messages. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#taken.length > 0) this.#work.end();
    this.#resolve(this.#taken);
  }
}
