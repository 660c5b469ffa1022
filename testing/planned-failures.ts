import type { Probe, ProbedAttempt } from '../shared/worker/probe.ts';

export interface FailOptions {
  /** Which step; any where absent. */
  step?: string;
  /** What the step throws; an Error where absent. */
  error?: unknown;
  /** How many times: 1. */
  times?: number;
}

interface Plan {
  readonly method: string;
  readonly step: string | undefined;
  readonly error: unknown;
  times: number;
}

/** Failures that a test asked for, in the order in which it did. */
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
