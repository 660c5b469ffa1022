/** How the orchestrator starts the work of an operation, watches it and tries it again. Durations are milliseconds. */
export interface DispatchTerms {
  /** How long the worker of an attempt may be silent before the attempt counts as lost. */
  readonly leaseMs: number;
  /** After how long a signal whose attempt no worker has taken is sent again. */
  readonly startTimeoutMs: number;
  /** How often the work is tried at most. */
  readonly maxTries: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly backoffMultiplier: number;
  /** How long an operation that is asked to stop may go on. */
  readonly cancelTimeoutMs: number;
  /** The resume point of the last resort, where the operation has one. */
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
 * The pause before the next try, after `tries` tries, in milliseconds: exponential with full jitter, that is anything
 * from 0 to the bound that grows. `random` is at least 0 and less than 1.
 */
export function backoffMs(terms: DispatchTerms, tries: number, random: number): number {
  const bound = terms.firstBackoffMs * terms.backoffMultiplier ** Math.max(0, tries - 1);
  return Math.floor(Math.min(terms.maxBackoffMs, bound) * random);
}
