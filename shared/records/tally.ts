import type { Tally } from '../lifecycle/policy.ts';
import type { OutcomeCounts } from './wait-record.ts';

/** The tally of the children from the counts of their outcomes, each number up to its limit. */
export function tallyOf(counts: OutcomeCounts, limits: Tally): Tally {
  const { PENDING = 0, SUCCEEDED = 0, FAILED = 0, CANCELLED = 0, NOT_FOUND = 0 } = counts;
  return {
    pending: Math.min(PENDING, limits.pending),
    succeeded: Math.min(SUCCEEDED, limits.succeeded),
    unsuccessful: Math.min(FAILED + CANCELLED + NOT_FOUND, limits.unsuccessful),
  };
}
