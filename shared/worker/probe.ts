/**
 * Where a test looks in, and interferes: a port that production leaves empty. What one of its functions throws, the step
 * throws.
 */
export interface Probe {
  /** Runs a step, or does not. */
  step?(attempt: ProbedAttempt, run: () => unknown): unknown;
  /** The step calls `op`. */
  before?(attempt: ProbedAttempt, call: string): void;
  after?(attempt: ProbedAttempt, call: string): void;
}

export interface ProbedAttempt {
  readonly operation: string;
  readonly method: string;
  readonly attempt: number | undefined;
  readonly step: string;
}
