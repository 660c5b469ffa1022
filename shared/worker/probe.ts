/**
 * Where a test looks in, and interferes: a port that production leaves empty. It is asked before and after each call of
 * `op`; what it throws ends the attempt where it stands.
 */
export interface Probe {
  before(attempt: ProbedAttempt, call: string): void;
  after(attempt: ProbedAttempt, call: string): void;
}

export interface ProbedAttempt {
  readonly operation: string;
  readonly attempt: number | undefined;
  readonly step: string;
}
