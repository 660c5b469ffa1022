/** Decides when a wait is over. Push, workflow and sweep all ask this one place. */
import type { WaitCause, WaitTerms } from './wait.ts';

/** How many children of a wait are in each group. Each count may stop at the limit that was asked for. */
export interface Tally {
  readonly pending: number;
  readonly succeeded: number;
  readonly unsuccessful: number;
}

/** How far each group has to be counted to decide the policy. 0 means not at all. This bounds the cost of a decision. */
export function tallyLimits(terms: WaitTerms): Tally {
  const { policy } = terms;
  switch (policy.kind) {
    case 'ALL_DONE':
      return { pending: 1, succeeded: 0, unsuccessful: 0 };
    case 'ANY_DONE':
      return { pending: 1, succeeded: 1, unsuccessful: 1 };
    case 'ALL_SUCCEEDED':
      return { pending: 1, succeeded: 0, unsuccessful: (policy.tolerated ?? 0) + 1 };
    case 'ANY_SUCCEEDED':
      return { pending: 1, succeeded: 1, unsuccessful: 0 };
    case 'QUORUM_SUCCEEDED':
      return { pending: 1, succeeded: policy.quorum, unsuccessful: awaited(terms) - policy.quorum + 1 };
  }
}

/** What the policy counts: children and notifications. */
export function awaited({ childCount, notifications }: WaitTerms): number {
  return childCount + (notifications?.length ?? 0);
}

/** The tally of children and notifications together: a kept notification counts as a succeeded child. */
export function withNotifications(
  { notifications = [] }: WaitTerms,
  children: Tally,
  keptNames: readonly string[],
): Tally {
  if (notifications.length === 0) return children;
  const kept = takenOf(notifications, keptNames).length;
  return {
    pending: children.pending + notifications.length - kept,
    succeeded: children.succeeded + kept,
    unsuccessful: children.unsuccessful,
  };
}

/** The indexes of the kept notifications that the wanted names take, the oldest first. */
export function takenOf(wanted: readonly string[], keptNames: readonly string[]): readonly number[] {
  const open = new Map<string, number>();
  for (const name of wanted) open.set(name, (open.get(name) ?? 0) + 1);
  return keptNames.flatMap((name, index) => {
    const left = open.get(name) ?? 0;
    if (left === 0) return [];
    open.set(name, left - 1);
    return [index];
  });
}

/** The wanted names without those that kept notifications take. */
export function leftOf(wanted: readonly string[], keptNames: readonly string[]): readonly string[] {
  const left = [...wanted];
  for (const index of takenOf(wanted, keptNames)) left.splice(left.indexOf(keptNames[index] as string), 1);
  return left;
}

/**
 * Returns why the wait is over at `now`, or undefined while it is not.
 *
 * If the children satisfy the policy, the cause is never the deadline, however late the question is asked.
 */
export function dueCause(terms: WaitTerms, tally: Tally, now: number): WaitCause | undefined {
  const sleeps = terms.sleepUntil !== undefined && now < terms.sleepUntil;
  if (!sleeps && isSatisfied(terms, tally)) return satisfiedCause(terms);
  return now >= terms.deadline ? 'DEADLINE' : undefined;
}

/** The cause of a wait that ends because its policy is satisfied. */
export function satisfiedCause(terms: WaitTerms): WaitCause {
  if (terms.childCount > 0) return 'CHILDREN';
  if (awaited(terms) > 0) return 'NOTIFICATION';
  return terms.sleepUntil === undefined ? 'CHILDREN' : 'SLEEP';
}

function isSatisfied(terms: WaitTerms, { pending, succeeded, unsuccessful }: Tally): boolean {
  const { policy } = terms;
  // Nothing is pending that could change the answer. This holds for every policy, and for a wait without children.
  if (pending === 0) return true;
  switch (policy.kind) {
    case 'ALL_DONE':
      return false;
    case 'ANY_DONE':
      return succeeded + unsuccessful > 0;
    case 'ALL_SUCCEEDED':
      return unsuccessful > (policy.tolerated ?? 0);
    case 'ANY_SUCCEEDED':
      return succeeded > 0;
    case 'QUORUM_SUCCEEDED':
      return succeeded >= policy.quorum || unsuccessful > awaited(terms) - policy.quorum;
  }
}
