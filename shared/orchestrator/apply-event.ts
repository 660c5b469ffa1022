/** One event, from decision to delivery: the path of every change of an operation. */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import { type CommittedEvent, commitEvent, type Guard } from './commit-event.ts';
import { deliver, deliverHeldCompletion, deliverLeftBehind } from './effects/deliver.ts';
import { applyInSpan } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

/**
 * Commits the event, then delivers what follows from it. Rejects with a Failure where either is not possible now: the
 * event may then be given again, as often as needed, and what was committed is not done twice. An event that breaks a
 * rule is an InvalidInput.
 */
export function applyEvent(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  return applyInSpan(orchestrator, event, (traced) => applyAgain(orchestrator, traced, guard));
}

async function applyAgain(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  const committed = await commitAndDeliver(orchestrator, event, guard);
  if (committed.kind !== 'duplicate') return committed;
  // The call that committed it may have failed, or crashed, before all was delivered. Where that call may still be at work, the
  // event has to come again, to see how that ended.
  const underWay = await deliverLeftBehind(orchestrator, event.operation);
  if (underWay > 0) {
    throw new Failure('unavailable', `${event.operation}: ${underWay} effects are being delivered`);
  }
  return committed;
}

/**
 * The same for the events that the orchestrator gives itself: to a repeat there is nothing to do, because the call that
 * committed it first delivers, or `sweep` does.
 */
export function applyOnce(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  return applyInSpan(orchestrator, event, (traced) => commitAndDeliver(orchestrator, traced, guard));
}

async function commitAndDeliver(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  const committed = await commitEvent(orchestrator, event, guard);
  if (committed.kind !== 'applied') return committed;
  await deliver(orchestrator, committed.delivery);
  // The completion was held back until it can say the method and the parent: it leaves with them now.
  if (event.type === 'created' && isTerminal(committed.operation)) {
    await deliverHeldCompletion(orchestrator, committed.operation);
  }
  return committed;
}
