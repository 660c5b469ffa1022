import { Fifo } from './fifo.ts';

/**
 * The messages of one ordering key, in the order in which they were published.
 * https://cloud.google.com/pubsub/docs/ordering
 *
 * 1. Nothing is delivered while something of the key is in flight: one batch to a pull, one message to a push.
 * 2. A message is done when it and all before it are acknowledged.
 * 3. One that fails takes all after it back, the acknowledged ones too: they come again, in order.
 */
export class OrderingLane<Pending> {
  readonly key: string;
  readonly #waiting = new Fifo<Pending>();
  #inFlight: { readonly pending: Pending; acknowledged: boolean }[] = [];
  /** Its first message waits for its next attempt, and so do all. */
  blocked = false;
  /** It stands in the subscription's queue. */
  queued = false;

  constructor(key: string) {
    this.key = key;
  }

  /** The next one to be delivered. */
  get first(): Pending | undefined {
    return this.#waiting.first;
  }

  /** Those that are not in flight. */
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

  /** Takes the next one, which there is, to be in flight. */
  takeFirst(): Pending {
    const pending = this.#waiting.shift() as Pending;
    this.#inFlight.push({ pending, acknowledged: false });
    return pending;
  }

  /** Those that are done now. */
  acknowledge(pending: Pending): Pending[] {
    const mine = this.#inFlight.find((flight) => flight.pending === pending);
    if (mine !== undefined) mine.acknowledged = true;
    const open = this.#inFlight.findIndex((flight) => !flight.acknowledged);
    const done = open < 0 ? this.#inFlight.length : open;
    return this.#inFlight.splice(0, done).map((flight) => flight.pending);
  }

  /** Takes the failed message and all after it back; those. Nothing of the key goes out until `blocked` is false. */
  fail(pending: Pending): Pending[] {
    const from = this.#inFlight.findIndex((flight) => flight.pending === pending);
    const back = this.#inFlight.splice(from).map((flight) => flight.pending);
    this.#waiting.unshift(back);
    this.blocked = true;
    return back;
  }

  /** Drops the first waiting message, which has gone elsewhere. */
  dropFirst(): void {
    this.#waiting.shift();
  }
}
