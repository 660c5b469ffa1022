/** The pauses between two tries of a call. They end early when there is no reason to try again. */
import type { WorkerClock } from './worker-clock.ts';

export class Pauses {
  readonly #clock: WorkerClock;
  /** Ends each running pause. */
  #ends: Set<() => void> | undefined;

  constructor(clock: WorkerClock) {
    this.#clock = clock;
  }

  pause(ms: number): Promise<void> {
    this.#ends ??= new Set();
    const ends = this.#ends;
    return new Promise((resolve) => {
      const end = () => {
        cancelTimer();
        ends.delete(end);
        resolve();
      };
      const cancelTimer = this.#clock.after(ms, end);
      ends.add(end);
    });
  }

  end(): void {
    for (const end of this.#ends ?? []) end();
  }
}
