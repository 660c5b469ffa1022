import type { WorkerClock } from './worker-clock.ts';

const INTERVAL_MS = 1_000;

/** Sends metadata at most once a second: the first at once, and then only the newest of each second. */
export class Progress {
  readonly #clock: WorkerClock;
  readonly #send: (metadata: object) => Promise<void>;
  #waiting: object | undefined;
  #cancelTimer: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: WorkerClock, send: (metadata: object) => Promise<void>) {
    this.#clock = clock;
    this.#send = send;
  }

  report(metadata: object): void {
    this.#waiting = metadata;
    if (this.#cancelTimer) return;
    const pause = this.#lastMs + INTERVAL_MS - this.#clock.now();
    if (pause <= 0) this.#sendLast();
    else this.#cancelTimer = this.#clock.after(pause, () => this.#sendLast());
  }

  /**
   * Sends the newest metadata. Resolves also if that fails, because progress never fails a step. Returns undefined if nothing was
   * reported.
   */
  flush(): Promise<void> | undefined {
    if (this.#waiting) this.#sendLast();
    return this.#sending;
  }

  #sendLast(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const metadata = this.#waiting;
    if (!metadata) return;
    this.#waiting = undefined;
    this.#lastMs = this.#clock.now();
    const sent = this.#sending ? this.#sending.then(() => this.#send(metadata)) : this.#send(metadata);
    this.#sending = sent.catch(() => {});
  }
}
