/** The port of an optional timer, which makes `sweep` run when something is due, instead of within a minute. */
export interface DueTimer {
  /**
   * Announces that something is due at `time`, in milliseconds since the epoch. Best effort: it never throws, and the
   * next regular `sweep` finds what is due without it.
   */
  wakeAt(time: number): void;
}

/** For deployments where the regular `sweep` is enough. */
export const NO_TIMER: DueTimer = { wakeAt: () => {} };
