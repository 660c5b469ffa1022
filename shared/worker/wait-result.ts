/** Decides whether an ended wait succeeded, from its saved policy and the outcomes in the RESUME signal. */
import { codeOf } from '../client/code.ts';
import { cancelFailure, Failure } from './failure.ts';
import type { OperationCalls } from './operation-calls.ts';
import type { SavedWait } from './saved-work.ts';
import type { Signal, WireChild } from './signal.ts';

const FAILED = ['FAILED', 'CANCELLED', 'NOT_FOUND', 'TIMED_OUT'] as const;

/** Returns why the wait failed, or undefined if it succeeded. */
export async function waitFailure(
  wait: SavedWait,
  signal: Signal,
  calls: OperationCalls,
): Promise<Failure | undefined> {
  switch (signal.cause) {
    case 'DEADLINE':
      return new Failure('DEADLINE', {
        code: 'DEADLINE_EXCEEDED',
        message: 'The wait was not over at its deadline.',
        details: [],
      });
    case 'CANCEL':
      return cancelFailure();
    case 'CHILDREN':
    case 'NOTIFICATION':
      return isSatisfied(wait, signal) ? undefined : childFailure(signal, await firstFailed(signal, calls));
    default:
      return undefined;
  }
}

function isSatisfied(wait: SavedWait, { children: { counts }, notifications }: Signal): boolean {
  const succeeded = (counts.SUCCEEDED ?? 0) + notifications.length;
  switch (wait.policy) {
    case 'ALL_SUCCEEDED':
      return FAILED.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0) <= tolerated(wait);
    case 'ANY_SUCCEEDED':
      return succeeded > 0;
    case 'QUORUM_SUCCEEDED':
      return succeeded >= (wait.quorum ?? 1);
    default:
      return true;
  }
}

function tolerated({
  toleratedFailures,
  toleratedFailuresPercent,
  children,
  notifications,
}: SavedWait): number {
  if (toleratedFailuresPercent === undefined) return toleratedFailures ?? 0;
  const all = children.reduce((sum, [, , count]) => sum + count, notifications);
  return Math.floor((all * toleratedFailuresPercent) / 100);
}

async function firstFailed(signal: Signal, calls: OperationCalls): Promise<WireChild | undefined> {
  const isFailed = ({ outcome }: WireChild) => (FAILED as readonly string[]).includes(outcome);
  const known = signal.children.first.find(isFailed);
  if (known || !signal.children.truncated) return known;
  for (const outcome of FAILED) {
    if (!signal.children.counts[outcome]) continue;
    const { children } = await calls.children(signal, { outcome, pageSize: 1 });
    if (children[0]) return children[0];
  }
  return undefined;
}

function childFailure({ children: { counts } }: Signal, child: WireChild | undefined): Failure {
  const code = child?.error ? codeOf(child.error.code) : 'ABORTED';
  const message = child
    ? `${child.name} ${child.outcome}${child.error?.message ? `: ${child.error.message}` : ''}`
    : `The children did not end as the wait asked: ${JSON.stringify(counts)}`;
  return new Failure('CHILDREN', {
    code: child?.outcome === 'NOT_FOUND' ? 'NOT_FOUND' : code,
    message,
    details: [],
  });
}
