/** The retries of a worker's calls. They end when the process has no more time, so that an outage does not keep a stopping worker alive. */
import type { Retries } from '../client/http-api.ts';
import { Pauses } from './pauses.ts';
import type { WorkerClock } from './worker-clock.ts';

export class EndingRetries implements Retries {
  readonly #pauses: Pauses;
  #ended = false;

  constructor(clock: WorkerClock) {
    this.#pauses = new Pauses(clock);
  }

  readonly sleep = (ms: number): Promise<void> => this.#pauses.pause(ms);
  readonly mayRetry = (): boolean => !this.#ended;

  /** Each call under way is tried once more at most. */
  end(): void {
    this.#ended = true;
    this.#pauses.end();
  }
}
