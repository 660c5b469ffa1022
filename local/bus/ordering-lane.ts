import { Fifo } from './fifo.ts';

/**
 * The messages of one ordering key, in the order in which they were published.
 * https://cloud.google.com/pubsub/docs/ordering
 *
 *  1. Nothing is delivered while messages of the key are in flight: a pull gets one batch, a push one message.
 *  2. A message is done when it and all messages before it are acknowledged.
 *  3. A message that fails brings back all messages after it, including acknowledged ones: they are delivered again, in order.
 */
export class OrderingLane<Pending> {
  readonly key: string;
  readonly #waiting = new Fifo<Pending>();
  #inFlight: { readonly pending: Pending; acknowledged: boolean }[] = [];
  /** Whether the first message waits for its next attempt. The messages after it wait too. */
  blocked = false;
  /** Whether the lane is in the subscription's queue. */
  queued = false;

  constructor(key: string) {
    this.key = key;
  }

  /** The next message to deliver. */
  get first(): Pending | undefined {
    return this.#waiting.first;
  }

  /** The messages that are not in flight. */
  get waiting(): Iterable<Pending> {
    return this.#waiting;
  }

  get deliverable(): boolean {
    return !this.blocked && this.#inFlight.length === 0 && this.#waiting.length > 0;
  }

  get empty(): boolean {
    return !this.blocked && this.#inFlight.length === 0 && this.#waiting.length === 0;
  }

  add(pending: Pending): void {
    this.#waiting.push(pending);
  }

  /** Takes the first message, which is in flight from then on. The lane must not be empty. */
  takeFirst(): Pending {
    const pending = this.#waiting.shift() as Pending;
    this.#inFlight.push({ pending, acknowledged: false });
    return pending;
  }

  /** Acknowledges a message. Returns the messages that are done now. */
  acknowledge(pending: Pending): Pending[] {
    const mine = this.#inFlight.find((flight) => flight.pending === pending);
    if (mine !== undefined) mine.acknowledged = true;
    const open = this.#inFlight.findIndex((flight) => !flight.acknowledged);
    const done = open < 0 ? this.#inFlight.length : open;
    return this.#inFlight.splice(0, done).map((flight) => flight.pending);
  }

  /**
   * Takes back the failed message and all messages after it, and returns them. The lane delivers nothing until `blocked` is
   * false.
   */
  fail(pending: Pending): Pending[] {
    const from = this.#inFlight.findIndex((flight) => flight.pending === pending);
    const back = this.#inFlight.splice(from).map((flight) => flight.pending);
    this.#waiting.unshift(back);
    this.blocked = true;
    return back;
  }

  /** Drops the first waiting message, which was forwarded to the dead-letter topic. */
  dropFirst(): void {
    this.#waiting.shift();
  }
}
