import type { Log } from './op.ts';
import type { SignalMessage } from './signal-source.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 60_000;
/** How many messages are remembered; beyond, the oldest begin anew. */
const MAX_MESSAGES = 10_000;

/** A signal that no one takes may be of an operation that is over: every so many times this is asked. */
const ASK_EVERY = 5;

/**
 * Signals that this worker leaves to others. The first time at once, since another worker may hold still for it; the
 * longer none takes it, the more seldom it comes round. Those of operations that are over are dropped.
 */
export class PutOffs {
  readonly #log: Log;
  readonly #isOver: (operation: string) => Promise<boolean>;
  readonly #counts = new Map<string, number>();
  readonly #logged = new Set<string>();

  constructor(log: Log, isOver: (operation: string) => Promise<boolean>) {
    this.#log = log;
    this.#isOver = isOver;
  }

  leave(message: SignalMessage, reason: string): void {
    const id = message.attributes.eventId ?? '';
    const count = this.#counts.get(id) ?? 0;
    this.#counts.delete(id);
    this.#counts.set(id, count + 1);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MAX_MESSAGES && oldest !== undefined) this.#counts.delete(oldest);
    this.#logOnce(message, reason);
    const putOff = () =>
      message.putOff(count === 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** count));
    if (count === 0 || count % ASK_EVERY > 0) {
      putOff();
      return;
    }
    this.#isOver(message.attributes.operation ?? '').then(
      (isOver) => (isOver ? message.ack() : putOff()),
      putOff,
    );
  }

  #logOnce({ attributes }: SignalMessage, reason: string): void {
    if (this.#logged.has(reason)) return;
    this.#logged.add(reason);
    const { operation, method } = attributes;
    this.#log.warn(`a signal is left to another worker: ${reason}`, { operation, method });
  }
}
