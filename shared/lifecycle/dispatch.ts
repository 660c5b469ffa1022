/**
 * Dispatch: the terms on which the orchestrator starts the work of an operation, watches it and tries it again. Durations are
 * milliseconds.
 */
export interface DispatchTerms {
  /** How long the worker of an attempt may be silent before the attempt counts as lost. */
  readonly leaseMs: number;
  /** How long a signal waits for a worker before the orchestrator sends it again. */
  readonly startTimeoutMs: number;
  /** The largest number of tries. */
  readonly maxTries: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly backoffMultiplier: number;
  /** How long an operation may go on after a cancel request. */
  readonly cancelTimeoutMs: number;
  /** The resume point of the last resort, if the operation has one. */
  readonly catchPoint?: string;
  /** How long the last resort may take. */
  readonly catchTimeoutMs: number;
}

export const DEFAULT_DISPATCH: DispatchTerms = {
  leaseMs: 60_000,
  startTimeoutMs: 3_600_000,
  maxTries: 5,
  firstBackoffMs: 1_000,
  maxBackoffMs: 300_000,
  backoffMultiplier: 2,
  cancelTimeoutMs: 600_000,
  catchTimeoutMs: 86_400_000,
};

/**
 * The pause before the next try, after `tries` tries, in milliseconds: exponential backoff with full jitter, that is, a value
 * from 0 to a growing bound. `random` is at least 0 and less than 1.
 */
export function backoffMs(terms: DispatchTerms, tries: number, random: number): number {
  const bound = terms.firstBackoffMs * terms.backoffMultiplier ** Math.max(0, tries - 1);
  return Math.floor(Math.min(terms.maxBackoffMs, bound) * random);
}
