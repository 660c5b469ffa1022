import type { Clock } from '../../executor/clock.ts';

/**
 * The commits and handlers in progress. Virtual time does not pass during them: it would pass deadlines that no process
 * missed.
 */
export class Work {
  readonly #clock: Clock;
  #count = 0;
  #release: (() => void) | undefined;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    if (this.#count++ === 0) this.#release = this.#clock.hold();
  }

  end(): void {
    if (--this.#count > 0) return;
    this.#release?.();
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await task();
    } finally {
      this.end();
    }
  }

  /** Resolves when no work is in progress. */
  async idle(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}
