/** Has `sweep` run when something is due, instead of within a minute. */
export interface DueTimer {
  /**
   * Something is due at `time`, in milliseconds since the epoch. Best effort: what is not woken is found by the next
   * regular `sweep`, so it never rejects.
   */
  wakeAt(time: number): void;
}

/** For deployments where the regular `sweep` is enough. */
export const NO_TIMER: DueTimer = { wakeAt: () => {} };
