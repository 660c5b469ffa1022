/** The call that ends a wait: what the function `resume` does. */
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { satisfiedCause, tallyLimits } from '../lifecycle/policy.ts';
import { externalKey, type Wait } from '../lifecycle/wait.ts';
import { existingOperation } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Child } from './ports/store.ts';
import { causeOf, endWait, type Settlement, settleWait } from './settle-wait.ts';

export interface ResumeRequest {
  readonly operation: OperationName;
  /** The current wait where absent. */
  readonly waitId?: string;
  /**
   * What the workflow asks: whether the wait is over. Absent, the call itself ends the wait, whatever it waits for.
   */
  readonly ifDue: boolean;
  /** What the workflow found out about children of other services, by their keys. */
  readonly outcomes: readonly Child[];
}

/** Rejects with `notFound` for an operation that is not there. */
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
  // One that is not there yet may still come, until the deadline.
  const final = known.filter(({ outcome }) => outcome !== 'NOT_FOUND');
  if (final.length > 0) await store.recordOutcomes(ref, final);
  const missing = known.flatMap(({ key, outcome }) => (outcome === 'NOT_FOUND' ? [key] : []));
  if (ifDue || wait.end) return settleWait(orchestrator, ref, 'workflow', missing);
  const progress = await store.progress(ref, tallyLimits);
  const cause = progress && causeOf(progress, orchestrator.now());
  // A caller that ends a wait early vouches for what it waits for.
  return endWait(orchestrator, ref, cause ?? satisfiedCause(wait), 'caller');
}

/** Children that the wait does not have, and those of this deployment, are nothing that a caller can report on. */
function knownChildren({ externals }: Wait, outcomes: readonly Child[]): readonly Child[] {
  const keys = new Set(externals.map(externalKey));
  return outcomes.filter(({ key }) => keys.has(key));
}
