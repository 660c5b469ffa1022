/**
 * The clock of the executor and of a local system: real time, or virtual time.
 *
 * Invariant of virtual time: it only passes while nothing holds it. Work that virtual time must not
 * overtake (an execution that is runnable, an HTTP call in flight) holds the clock, and releases it while it waits.
 */
export interface Clock {
  /** Milliseconds since the epoch. The clock of a machine may be set back. */
  now(): number;
  /** Milliseconds of a monotonic clock, which is never set back. */
  monotonic(): number;
  /** Resolves after `ms`, which may be of any length. Rejects with the signal's reason if the signal is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Keeps virtual time from passing until the returned function is called (once or more). */
  hold(): () => void;
}

/** The longest delay of setTimeout, which fires at once for a longer one. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const due = performance.now() + ms;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let timer: NodeJS.Timeout;
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const wait = (): void => {
        const left = due - performance.now();
        if (left > MAX_TIMEOUT_MS) {
          timer = setTimeout(wait, MAX_TIMEOUT_MS);
          return;
        }
        timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
          Math.max(0, left),
        );
      };
      signal?.addEventListener('abort', stop, { once: true });
      wait();
    });
  }

  hold(): () => void {
    return () => {};
  }
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** The default start of virtual time: the first second of 2026, UTC. */
const DEFAULT_START = Date.UTC(2026, 0, 1);

/**
 * Virtual time, which passes without waiting. It jumps to the next timer once no work holds it and the event loop has had one
 * turn. If `auto` is false, only `advance` moves it.
 */
export class VirtualClock implements Clock {
  readonly #auto: boolean;
  readonly #timers: Timer[] = [];
  #time: number;
  #holds = 0;
  #advancing = 0;
  #checking = false;
  #released: (() => void)[] = [];

  constructor(options: { start?: number; auto?: boolean } = {}) {
    this.#time = options.start ?? DEFAULT_START;
    this.#auto = options.auto ?? true;
  }

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.now();
  }

  /** The timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        // A timer that fires removes this listener, so here the timer still exists.
        this.#timers.splice(this.#timers.indexOf(timer), 1);
        reject(signal?.reason);
      };
      const timer: Timer = {
        due: this.#time + Math.max(0, ms),
        fire: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#insert(timer);
      this.#check();
    });
  }

  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds--;
      if (this.#holds > 0) return;
      for (const wake of this.#released.splice(0)) wake();
      this.#check();
    };
  }

  /**
   * Moves time forward by `ms` and fires the timers in order. Each timer fires after the work that the previous timer started is
   * idle.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#time + ms;
    this.#advancing++;
    for (;;) {
      await this.#idle();
      const next = this.#timers[0];
      if (next === undefined || next.due > target) break;
      this.#fire(next.due);
    }
    this.#time = Math.max(this.#time, target);
    this.#advancing--;
    this.#check();
  }

  /** Resolves when no work has held the clock for one turn of the event loop. */
  async #idle(): Promise<void> {
    do {
      if (this.#holds > 0) await new Promise<void>((resolve) => this.#released.push(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#holds > 0);
  }

  #check(): void {
    if (!this.#auto || this.#checking || this.#advancing > 0 || this.#holds > 0 || this.#timers.length === 0)
      return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      const next = this.#timers[0];
      if (next !== undefined && this.#holds === 0 && this.#advancing === 0) this.#fire(next.due);
      this.#check();
    });
  }

  #fire(due: number): void {
    this.#time = Math.max(this.#time, due);
    for (let timer = this.#timers[0]; timer && timer.due <= due; timer = this.#timers[0]) {
      this.#timers.shift();
      timer.fire();
    }
  }

  /** Inserts the timer by time, after the timers of the same time. */
  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle] as Timer).due <= timer.due) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}
