/**
 * Runs `sweep` in this process: at the millisecond when something becomes due, and every few seconds.
 *
 * One run at a time: the next run finds what becomes due during a run. The clock is held during a run, so that virtual time
 * does not pass meanwhile.
 */
import type { SweepRun } from '../../console/server/system-view.ts';
import type { Clock } from '../../executor/index.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import type { DueTimer } from '../../shared/orchestrator/ports/timer.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { SweepIncomplete } from '../../shared/orchestrator/sweep-parts.ts';

/** The interval of the runs that no timer started, in milliseconds of real time. */
export const INTERVAL_MS = 10_000;
/** A run that is later than this was delayed: the machine slept, or the process was stopped. */
export const MAX_GAP_MS = 3 * INTERVAL_MS;

export class Sweeper implements DueTimer {
  readonly #clock: Clock;
  #orchestrator: Orchestrator | undefined;
  #interval: NodeJS.Timeout | undefined;
  /** The time of the next run, and what cancels it. */
  #armed: { readonly time: number; readonly stop: AbortController } | undefined;
  #running: Promise<void> | undefined;
  /** Whether another run was asked for during a run. */
  #missed = false;
  #closed = false;
  #last: SweepRun | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The outcome of the last run, or undefined before the first run has ended. */
  get last(): SweepRun | undefined {
    return this.#last;
  }

  start(orchestrator: Orchestrator): void {
    this.#orchestrator = orchestrator;
    this.#interval = setInterval(() => this.#run(), INTERVAL_MS).unref();
    this.#run();
  }

  wakeAt(time: number): void {
    if (this.#closed || (this.#armed && this.#armed.time <= time)) return;
    this.#armed?.stop.abort();
    const armed = { time, stop: new AbortController() };
    this.#armed = armed;
    this.#clock.sleep(time - this.#clock.now(), armed.stop.signal).then(
      () => {
        if (this.#armed === armed) this.#armed = undefined;
        this.#run();
      },
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#interval);
    this.#armed?.stop.abort();
    await this.#running;
  }

  #run(): void {
    const orchestrator = this.#orchestrator;
    if (!orchestrator || this.#closed) return;
    if (this.#running) {
      this.#missed = true;
      return;
    }
    const release = this.#clock.hold();
    this.#running = this.#sweep(orchestrator).finally(() => {
      this.#running = undefined;
      release();
      if (this.#missed) {
        this.#missed = false;
        this.#run();
      }
    });
  }

  async #sweep(orchestrator: Orchestrator): Promise<void> {
    const time = orchestrator.now();
    const start = performance.now();
    const took = () => ({ time, durationMs: Math.round(performance.now() - start) });
    try {
      const report = await sweep(orchestrator);
      this.#last = { ...took(), ...report };
      if (report.failed > 0) return;
      const next = await orchestrator.store.nextDueTime();
      if (next !== undefined) this.wakeAt(Math.max(next, this.#clock.now() + 1));
    } catch (err) {
      const done = err instanceof SweepIncomplete ? err.report : { delivered: 0, resumed: 0, failed: 0 };
      this.#last = { ...took(), ...done, error: String(err) };
      orchestrator.log.warn({ err }, 'sweep failed, and is run again');
    }
  }
}
