import type { Clock } from '../../executor/clock.ts';

/**
 * The commits and handlers under way. Virtual time does not pass meanwhile: it would run into deadlines that no process
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

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}
