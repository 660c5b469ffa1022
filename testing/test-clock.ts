import type { Clock } from '../executor/clock.ts';

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** The start time: the first second of 2026, UTC. */
const START = Date.UTC(2026, 0, 1);

/**
 * How long a step may block virtual time without a sign of life: a number of ticks, about a second of real time. After that, time
 * passes, because the step may be waiting for its own deadline. Ticks do not count while the event loop is blocked, as by the load
 * of a module.
 */
const MAX_HOLD_TICKS = 20;
const TICK_MS = 50;

/**
 * A virtual clock. Time passes only while a test waits for something, from one timer to the next.
 *
 * Invariant: time does not pass while work is in progress: the work holds it.
 */
export class TestClock implements Clock {
  #time = START;
  #timers: Timer[] = [];
  #holds = 0;
  #firmHolds = 0;
  #released: (() => void)[] = [];

  now(): number {
    return this.#time;
  }

  /** Never goes back. */
  monotonic(): number {
    return this.#time;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#remove(timer);
        reject(signal?.reason);
      };
      const timer = this.#add(ms, () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Calls back after `ms`. The returned function cancels the timer. */
  after(ms: number, run: () => void): () => void {
    const timer = this.#add(ms, run);
    return () => this.#remove(timer);
  }

  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holds === 0) for (const wake of this.#released.splice(0)) wake();
    };
  }

  /** As `hold`, for work that is known to end: it may take longer than a step without a sign of life. */
  async firmly<T>(work: () => Promise<T>): Promise<T> {
    const release = this.hold();
    this.#firmHolds++;
    try {
      return await work();
    } finally {
      this.#firmHolds--;
      release();
    }
  }

  /** Lets time pass until `condition` holds. Returns false if no timer is left, or `endMs` is reached first. */
  async passUntil(
    condition: () => boolean | Promise<boolean>,
    endMs = Number.POSITIVE_INFINITY,
  ): Promise<boolean> {
    for (;;) {
      await this.idle();
      if (await condition()) return true;
      const [next] = this.#timers;
      if (next === undefined || next.due > endMs) {
        // The condition may have started work.
        await this.idle();
        if (this.#timers[0] === next) return condition();
        continue;
      }
      this.#fire(next.due);
    }
  }

  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await this.passUntil(() => false, end);
    this.#time = Math.max(this.#time, end);
  }

  /** Resolves when no work has held time for one turn of the event loop, or the holder shows no sign of life. */
  async idle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 2; ) {
      if (this.#holds > 0 && !(await this.#release())) return;
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = this.#holds > 0 ? 0 : quietTurns + 1;
    }
  }

  #release(): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isReleased: boolean) => {
        clearInterval(timer);
        resolve(isReleased);
      };
      let ticks = 0;
      const timer = setInterval(() => {
        ticks = this.#firmHolds > 0 ? 0 : ticks + 1;
        if (ticks === MAX_HOLD_TICKS) end(false);
      }, TICK_MS);
      this.#released.push(() => end(true));
    });
  }

  #fire(due: number): void {
    this.#time = Math.max(this.#time, due);
    for (let [timer] = this.#timers; timer && timer.due <= due; [timer] = this.#timers) {
      this.#timers.shift();
      timer.fire();
    }
  }

  /** In order of time, and in order of arrival within the same time. */
  #add(ms: number, fire: () => void): Timer {
    const timer = { due: this.#time + Math.max(0, ms), fire };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1] as Timer).due > timer.due) at--;
    this.#timers.splice(at, 0, timer);
    return timer;
  }

  #remove(timer: Timer): void {
    const at = this.#timers.indexOf(timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }
}
