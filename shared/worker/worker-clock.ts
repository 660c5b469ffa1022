/** The clock of a worker: a port, so that tests can use virtual time. */
export interface WorkerClock {
  /** Whole milliseconds since the epoch. A correction of the wall clock does not move it: the worker measures durations by it. */
  now(): number;
  /** Calls `run` after `ms`. The returned function cancels that. The timer does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

/** The longest delay of setTimeout, which fires at once for a longer one. A longer `ms` is cut to it. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const realClock: WorkerClock = {
  // Timers go by the monotonic clock too.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, MAX_TIMEOUT_MS)).unref();
    return () => clearTimeout(timer);
  },
};
