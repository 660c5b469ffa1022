import type { Probe, ProbedAttempt } from '../shared/worker/probe.ts';

/** The options of {@link TestSystem.failNext}. */
export interface FailOptions {
  /** The step. Default: any. */
  step?: string | undefined;
  /** The error that the step throws. Default: an Error. */
  error?: unknown;
  /** How many times the step fails. Default: 1. */
  times?: number | undefined;
}

interface Plan {
  readonly method: string;
  readonly step: string | undefined;
  readonly error: unknown;
  times: number;
}

/** The failures that a test requested, in that order. */
export class PlannedFailures implements Probe {
  readonly #plans: Plan[] = [];

  plan(method: string, { step, error = new Error('failed as planned'), times = 1 }: FailOptions = {}): void {
    this.#plans.push({ method, step, error, times });
  }

  step({ method, step }: ProbedAttempt, run: () => unknown): unknown {
    const plan = this.#plans.find(
      (one) => one.method === method && (one.step ?? step) === step && one.times > 0,
    );
    if (!plan) return run();
    plan.times--;
    throw plan.error;
  }
}
