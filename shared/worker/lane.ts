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
  readonly since: number;
}

export class Lane {
  /** The number of attempts of the method that run in this process. */
  running = 0;
  readonly #limit: number;
  readonly #clock: WorkerClock;
  readonly #line: Waiting[] = [];
  /** Cancels the timer of the line, which runs while a signal waits. All signals may wait equally long, so one timer is enough. */
  #cancelTimer: (() => void) | undefined;

  constructor(limit: number, clock: WorkerClock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get isFree(): boolean {
    return this.running < this.#limit;
  }

  /** The number of signals that wait. */
  get length(): number {
    return this.#line.length;
  }

  add(received: Received): void {
    this.#line.push({ received, since: this.#clock.now() });
    this.#cancelTimer ??= this.#clock.after(LINE_MS, () => this.#giveBackLate());
  }

  /** Removes the signal that has waited longest. */
  takeFirst(): Received | undefined {
    const first = this.#line.shift();
    if (this.#line.length === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    return first?.received;
  }

  giveBackAll(): void {
    for (let received = this.takeFirst(); received; received = this.takeFirst()) received.message.putOff(0);
  }

  #giveBackLate(): void {
    const now = this.#clock.now();
    for (let first = this.#line[0]; first; first = this.#line[0]) {
      const waitedMs = now - first.since;
      // A clock that was set back must not keep the signal here.
      if (waitedMs >= 0 && waitedMs < LINE_MS) {
        this.#cancelTimer = this.#clock.after(LINE_MS - waitedMs, () => this.#giveBackLate());
        return;
      }
      this.takeFirst()?.message.putOff(0);
    }
  }
}
