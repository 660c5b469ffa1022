/**
 * The port through which tests observe steps and make them fail. Production has no probe. An error that a function of the
 * probe throws counts as thrown by the step.
 */
export interface Probe {
  /** Called instead of the step. It may call `run`, which runs the step. */
  step?(attempt: ProbedAttempt, run: () => unknown): unknown;
  /** Called before each call of `op`, and `after` after it. */
  before?(attempt: ProbedAttempt, call: string): void;
  after?(attempt: ProbedAttempt, call: string): void;
}

export interface ProbedAttempt {
  readonly operation: string;
  readonly method: string;
  readonly attempt: number | undefined;
  readonly step: string;
}
