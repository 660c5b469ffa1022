import type { Execution } from '../execution.ts';

/**
 * Google's prices per 1,000 steps in US dollars ("Workflows pricing", read in 2026): internal steps, and steps that call
 * services outside of Google Cloud or wait for callbacks. The free amount of each month is left out.
 */
const DOLLARS_PER_THOUSAND = { internal: 0.01, external: 0.025 };

export interface Cost {
  readonly internalSteps: number;
  readonly externalSteps: number;
  readonly dollarsPerMillionRuns: number;
}

/** What Google would bill for an execution. */
export function costOf({ steps, externalCalls }: Pick<Execution, 'steps' | 'externalCalls'>): Cost {
  const externalSteps = Math.min(externalCalls, steps);
  const internalSteps = steps - externalSteps;
  const { internal, external } = DOLLARS_PER_THOUSAND;
  // Prices are per thousand steps: a million runs cost a thousand times as much.
  const dollarsPerMillionRuns = (internalSteps * internal + externalSteps * external) * 1000;
  return { internalSteps, externalSteps, dollarsPerMillionRuns };
}

/** One line for people. */
export function costReport(execution: Pick<Execution, 'steps' | 'externalCalls'>): string {
  const { internalSteps, externalSteps, dollarsPerMillionRuns } = costOf(execution);
  return `billed: ${internalSteps} internal and ${externalSteps} external steps; a million such runs: $${dollarsPerMillionRuns.toFixed(2)} (without the free amount of each month)\n`;
}
