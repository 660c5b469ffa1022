/** The pauses between two tries to send an event of an attempt. They end early when the attempt must not try again. */
import type { WorkerClock } from './worker-clock.ts';

export class Pauses {
  readonly #clock: WorkerClock;
  /** Ends each running pause. */
  readonly #ends = new Set<() => void>();

  constructor(clock: WorkerClock) {
    this.#clock = clock;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancelTimer();
        this.#ends.delete(end);
        resolve();
      };
      const cancelTimer = this.#clock.after(ms, end);
      this.#ends.add(end);
    });
  }

  end(): void {
    for (const end of this.#ends) end();
  }
}
