/**
 * Explains why an operation is not done, by the operations that block it through any number of nested waits, or why it
 * ended as it did.
 */
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { existingOperation } from './existing-operation.ts';
import { blockersOf } from './explain/blockers.ts';
import type { Blocker, Explanation } from './explain/explanation.ts';
import { causesOf, type MayRead } from './explain/first-cause.ts';
import type { Orchestrator } from './orchestrator.ts';

/**
 * Rejects with OperationNotFound.
 *
 * @param mayRead whether the explanation may show an operation that `name` does not wait for. Default: it may show all.
 */
export async function explainOperation(
  orchestrator: Orchestrator,
  name: OperationName,
  mayRead: MayRead = async () => true,
): Promise<Explanation> {
  const operation = await existingOperation(orchestrator, name);
  const { state } = operation;
  const lastSweepTime = await orchestrator.store.lastSweepTime();
  if (isTerminal(operation)) {
    const causes = await causesOf(orchestrator, operation, mayRead);
    const { completeTime } = operation;
    return {
      name,
      state,
      blockedBy: [],
      causes,
      completeTime,
      more: 0,
      lastSweepTime,
      sweepIsLate: false,
    };
  }
  const { found, more } = await blockersOf(orchestrator, operation);
  const blockedBy = found.map((blocker) => withOverdue(blocker, orchestrator));
  const { policy, now } = orchestrator;
  const isLate = lastSweepTime === undefined || now() - lastSweepTime > policy.maxSweepGapMs;
  const sweepIsLate = isLate && blockedBy.some(({ wakes }) => wakes.overdue);
  return { name, state, blockedBy, causes: [], completeTime: undefined, more, lastSweepTime, sweepIsLate };
}

/** `sweep` finds what is due in its next run or the one after. Anything later is a fault. */
function withOverdue(blocker: Blocker, { now, policy }: Orchestrator): Blocker {
  const { wakes } = blocker;
  const isOverdue = wakes.time !== undefined && now() - wakes.time > policy.maxSweepGapMs;
  return isOverdue ? { ...blocker, wakes: { ...wakes, overdue: true } } : blocker;
}
