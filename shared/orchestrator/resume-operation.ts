/** Settles a wait, or ends it, by a call: the use case of the function `resume`. */
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { satisfiedCause, tallyLimits } from '../lifecycle/policy.ts';
import { CODE, status } from '../lifecycle/result.ts';
import { externalKey, type OpenWait, type Wait } from '../lifecycle/wait.ts';
import { existingOperation } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Child } from './ports/wait-children.ts';
import { causeOf, endWait, type Settlement, settleWait } from './settle-wait.ts';

export interface ResumeRequest {
  readonly operation: OperationName;
  /** Default: the current wait. */
  readonly waitId?: string;
  /** True if the workflow asks whether the wait is over. If false, the call itself ends the wait, whatever it waits for. */
  readonly ifDue: boolean;
  /** The outcomes of children of other services that the workflow has polled, by their keys. */
  readonly outcomes: readonly ReportedChild[];
}

/** The result of a poll of a child of another service. */
export interface ReportedChild extends Child {
  /** The HTTP status of a failed poll, or 0 if there was no answer. */
  readonly pollStatus?: number;
}

/** Rejects with `notFound` if the operation does not exist. */
export async function resumeOperation(
  orchestrator: Orchestrator,
  { operation, waitId, ifDue, outcomes }: ResumeRequest,
): Promise<Settlement> {
  const { store } = orchestrator;
  const found = await existingOperation(orchestrator, operation);
  if (isTerminal(found)) return { resumed: false, reason: 'TERMINAL' };
  const current = found.state === 'WAITING' ? found.wait.waitId : undefined;
  const ref = { operation, waitId: waitId ?? current ?? '' };
  const wait = await store.wait(ref);
  if (!wait) return { resumed: false, reason: 'NO_SUCH_WAIT' };
  const known = knownChildren(wait, outcomes);
  if (ifDue && !wait.end) await notePolls(orchestrator, wait, known);
  // A child that does not exist yet may still be created, until the deadline.
  const final = known
    .filter(({ outcome }) => outcome !== 'NOT_FOUND' && outcome !== 'PENDING')
    .map(withPollError);
  if (final.length > 0) await store.recordOutcomes(ref, final);
  const missing = known.flatMap(({ key, outcome }) => (outcome === 'NOT_FOUND' ? [key] : []));
  if (ifDue || wait.end) return settleWait(orchestrator, ref, 'workflow', { missing });
  const progress = await store.progress(ref, tallyLimits);
  const cause = progress && causeOf(progress, orchestrator.now());
  // A caller that ends a wait early is responsible for what the operation waits for.
  return endWait(orchestrator, wait, { cause: cause ?? satisfiedCause(wait), by: 'caller' });
}

/** Records which polls currently fail, for people. Written only when that changes. */
async function notePolls(
  { store, now }: Orchestrator,
  wait: OpenWait,
  known: readonly ReportedChild[],
): Promise<void> {
  const failing = known.filter(
    ({ outcome, pollStatus }) =>
      pollStatus !== undefined && (outcome === 'PENDING' || outcome === 'NOT_FOUND'),
  );
  const before = wait.failedPolls ?? {};
  const isSame =
    failing.length === Object.keys(before).length &&
    failing.every(({ key, pollStatus }) => before[key]?.status === pollStatus);
  if (isSame) return;
  const time = now();
  const polls = failing.map(({ key, pollStatus = 0 }) => [key, { status: pollStatus, time }] as const);
  await store.noteFailedPolls(wait, Object.fromEntries(polls));
}

/** Gives a child whose poll was refused the error that its parent sees, derived from the HTTP status of the poll. */
function withPollError(child: ReportedChild): Child {
  const { pollStatus, ...reported } = child;
  if (pollStatus === undefined || reported.result) return reported;
  const error = status(
    CODES[pollStatus] ?? CODE.UNKNOWN,
    `Its service answered the poll with the HTTP status ${pollStatus}.`,
  );
  return { ...reported, result: { error } };
}

const CODES: Readonly<Record<number, number>> = {
  400: CODE.INVALID_ARGUMENT,
  401: CODE.UNAUTHENTICATED,
  403: CODE.PERMISSION_DENIED,
};

/** Drops the outcomes of children that the wait does not have, and of children of this deployment. */
function knownChildren({ externals }: Wait, outcomes: readonly ReportedChild[]): readonly ReportedChild[] {
  const keys = new Set(externals.map(externalKey));
  return outcomes.filter(({ key }) => keys.has(key));
}
