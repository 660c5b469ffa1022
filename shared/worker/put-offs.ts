import type { Log } from './op.ts';
import type { SignalMessage } from './signal-source.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 60_000;
/** The number of messages whose count is kept. Beyond it, the oldest count is dropped and begins again. */
const MAX_MESSAGES = 10_000;

/** A reason may quote the value that a schema refuses, so their number has no bound. Beyond it, reasons are logged once more. */
const MAX_REASONS = 1_000;

/** At every fifth put-off the worker asks whether the operation is over, because then no worker takes the signal. */
const ASK_EVERY = 5;

/**
 * Gives back signals that this worker cannot handle, for another worker. The first time at once, and then after a delay
 * that doubles each time, up to a minute. Drops a signal whose operation is over.
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

  /** Resolves once the message is answered. A push is answered at the end of its handling, and has to say by then what became of it. */
  async leave(message: SignalMessage, reason: string): Promise<void> {
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
    const isOver = await this.#isOver(message.attributes.operation ?? '').catch(() => false);
    if (isOver) message.ack();
    else putOff();
  }

  #logOnce({ attributes }: SignalMessage, reason: string): void {
    if (this.#logged.has(reason)) return;
    if (this.#logged.size === MAX_REASONS) this.#logged.clear();
    this.#logged.add(reason);
    const { operation, method } = attributes;
    this.#log.warn(`a signal is left to another worker: ${reason}`, { operation, method });
  }
}
