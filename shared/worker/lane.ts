/**
 * The lane of one method in a process: the number of its attempts that run, and the line of signals that wait for a free place.
 *
 * A signal that waits for LINE_MS is given back, for a process with free capacity.
 */
import type { Signal } from './signal.ts';
import type { SignalMessage } from './signal-source.ts';
import type { WorkerClock } from './worker-clock.ts';

const LINE_MS = 10_000;

/** A signal, and the message that delivered it. */
export interface Received {
  readonly message: SignalMessage;
  readonly signal: Signal;
}

interface Waiting {
  readonly received: Received;
  readonly cancelTimer: () => void;
}

export class Lane {
  /** The number of attempts of the method that run in this process. */
  running = 0;
  readonly #limit: number;
  readonly #clock: WorkerClock;
  readonly #line = new Set<Waiting>();

  constructor(limit: number, clock: WorkerClock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get isFree(): boolean {
    return this.running < this.#limit;
  }

  /** The number of signals that wait. */
  get length(): number {
    return this.#line.size;
  }

  add(received: Received): void {
    const giveBack = () => {
      this.#line.delete(waiting);
      received.message.putOff(0);
    };
    const waiting: Waiting = { received, cancelTimer: this.#clock.after(LINE_MS, giveBack) };
    this.#line.add(waiting);
  }

  /** Removes the signal that has waited longest. */
  takeFirst(): Received | undefined {
    const [first] = this.#line;
    if (!first) return undefined;
    this.#line.delete(first);
    first.cancelTimer();
    return first.received;
  }

  giveBackAll(): void {
    for (let received = this.takeFirst(); received; received = this.takeFirst()) received.message.putOff(0);
  }
}
