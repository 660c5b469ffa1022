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

  begin({ method, step }: ProbedAttempt): void {
    const plan = this.#plans.find(
      (one) => one.method === method && (one.step ?? step) === step && one.times > 0,
    );
    if (!plan) return;
    plan.times--;
    throw plan.error;
  }

  before(): void {}

  after(): void {}
}
