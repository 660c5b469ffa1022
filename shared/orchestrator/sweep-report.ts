/** What one run of `sweep` did. */
export interface SweepReport {
  /** Operations whose outbox entries were delivered. */
  readonly delivered: number;
  /** Waits that were ended. */
  readonly resumed: number;
  /**
   * Operations that a due timer changed and that are still active: a new attempt, a signal that was sent again, or the
   * last resort.
   */
  readonly retried: number;
  /** Operations whose work failed and has to be tried again. */
  readonly failed: number;
  /**
   * How long the longest overdue effect had been due when the sweep began, or 0 if none was due. undefined if it could
   * not be measured.
   */
  readonly oldestOutboxAgeSeconds: number | undefined;
}
