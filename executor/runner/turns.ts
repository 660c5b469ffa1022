/** The time for which executions run before the rest of the process gets a turn, in milliseconds. */
const TURN_MS = 10;

/**
 * Shares the event loop between the executions of one executor and the rest of the process.
 *
 * The executions together run for at most `TURN_MS`, and one step longer, in one turn of the event loop. Steps that come after that
 * wait in a queue, of which the next turn runs as many as it has time for. The limit is a time and not a number of steps, because one
 * step may take a microsecond or a millisecond, and because thousands of executions may run at once.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;
  #endsAt = 0;

  /** Returns undefined if the next step may run now, otherwise a promise that resolves when it may. */
  next(): Promise<void> | undefined {
    if (!this.#isOpen) this.#open();
    if (performance.now() < this.#endsAt) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #open(): void {
    this.#isOpen = true;
    this.#endsAt = performance.now() + TURN_MS;
    setImmediate(() => this.#close());
  }

  #close(): void {
    this.#isOpen = false;
    if (this.#waiting.length === 0) return;
    this.#open();
    this.#releaseNext();
  }

  /** Releases the first step of the queue, and once its strand has run as far as it can without a pause, the one behind it. */
  #releaseNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    next();
    queueMicrotask(() => {
      if (performance.now() < this.#endsAt) this.#releaseNext();
    });
  }
}
