import type { SweepRun } from '../../console/server/system-view.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';

/** Runs `sweep` again and again, as Cloud Scheduler does, and remembers how the last run went. */
export class Sweeps {
  readonly #orchestrator: Orchestrator;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #last: SweepRun | undefined;

  constructor(orchestrator: Orchestrator, intervalMs: number) {
    this.#orchestrator = orchestrator;
    this.#intervalMs = intervalMs;
  }

  get last(): SweepRun | undefined {
    return this.#last;
  }

  /** Keeps no process alive. */
  start(): void {
    this.#timer = setInterval(() => void this.#run(), this.#intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #run(): Promise<void> {
    const time = this.#orchestrator.now();
    const start = performance.now();
    const took = () => ({ time, durationMs: Math.round(performance.now() - start) });
    try {
      const { delivered, resumed, failed } = await sweep(this.#orchestrator);
      this.#last = { ...took(), delivered, resumed, failed };
    } catch (error) {
      this.#last = { ...took(), delivered: 0, resumed: 0, failed: 0, error: String(error) };
    }
  }
}
