import type { Inspection, Outcome, Wait } from '../api/operation.ts';
import { counted } from '../text/number.ts';
import type { Explanation, Leaf } from './explanation.ts';

const MAX_LEAVES = 20;

/** Finds in an inspection why the operation is not done. It covers one level of waits. */
export function explainInspection(inspection: Inspection): Explanation {
  const { name, state, updateTime, waits, cancelRequested } = inspection;
  const open = waits.find((wait) => wait.open);
  if (state === 'RUNNING') {
    const asked = cancelRequested ? ' It has been asked to stop.' : '';
    return {
      sentence: `It is with its worker, whose next event moves it on.${asked}`,
      leaves: [
        { name, waitsFor: 'an event of its worker', since: updateTime, wakes: 'the next lifecycle event' },
      ],
    };
  }
  if (state !== 'WAITING' || !open) return { sentence: ended(inspection), leaves: [] };
  return { sentence: waiting(open), leaves: leavesOf(name, open) };
}

function waiting(wait: Wait): string {
  const { counts } = wait.children;
  const pending = counts.PENDING ?? 0;
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  if (total === 0) return 'It sleeps until its timer ends.';
  const failed = countOf(counts, ['FAILED', 'CANCELLED', 'TIMED_OUT', 'NOT_FOUND']);
  const already = failed > 0 ? `; ${counted(failed, 'child', 'children')} did not succeed` : '';
  return `It waits for ${pending} of ${counted(total, 'child', 'children')} (${policyText(wait)})${already}.`;
}

function leavesOf(name: string, wait: Wait): readonly Leaf[] {
  const since = wait.startTime;
  const wakes = { wakes: 'the deadline of the wait', wakeTime: wait.deadline };
  const pending = wait.children.first.filter(({ outcome }) => outcome === 'PENDING');
  if (pending.length === 0) {
    const timer = wait.sleepUntil ? { wakes: 'its timer', wakeTime: wait.sleepUntil } : wakes;
    return [{ name, waitsFor: wait.sleepUntil ? 'a time' : 'its wait to end', since, ...timer }];
  }
  return pending
    .slice(0, MAX_LEAVES)
    .map((child) => ({ name: child.name, waitsFor: 'its end', since, ...wakes }));
}

function policyText({ policy, quorum }: Wait): string {
  switch (policy) {
    case 'ALL_DONE':
      return 'all have to end';
    case 'ANY_DONE':
      return 'one has to end';
    case 'ALL_SUCCEEDED':
      return 'all have to succeed';
    case 'ANY_SUCCEEDED':
      return 'one has to succeed';
    case 'QUORUM_SUCCEEDED':
      return `${quorum ?? 'a quorum'} have to succeed`;
    default:
      return policy;
  }
}

function ended({ state, history }: Inspection): string {
  const last = history.find(({ type, outcome }) => type === state.toLowerCase() && outcome === 'APPLIED');
  return last ? `It ended by the event ${last.type} (${last.eventId}).` : `It is ${state}.`;
}

function countOf(counts: Partial<Record<Outcome, number>>, outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}
