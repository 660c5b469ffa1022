/**
 * Applies one event: commits it, then delivers its effects. Heartbeats, cancel requests, bulk operations and the creation of
 * spawned children call `commitEvent` or `decisionOn` instead: each of them delivers in another way, or has nothing to deliver.
 */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import { commitEvent, type Guard } from './commit-event.ts';
import type { CommittedEvent } from './committed-event.ts';
import { deliver, deliverHeldCompletion, deliverLeftBehind } from './effects/deliver.ts';
import type { Delivery } from './effects/delivery.ts';
import { applyInSpan } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

/**
 * Commits the event, then delivers its effects. Rejects with a Failure if either is not possible now. The caller may
 * then apply the event again, as often as needed: nothing that was committed is done twice. Rejects with InvalidInput
 * if the event breaks a rule.
 */
export function applyEvent(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  return applyInSpan(orchestrator, event, (traced) => applyOrDeliverRest(orchestrator, traced, guard));
}

/** Applies the event. If it was applied before, delivers the effects that the earlier call has left behind. */
async function applyOrDeliverRest(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  const committed = await commitAndDeliver(orchestrator, event, guard);
  if (committed.kind !== 'duplicate') return committed;
  // The call that committed the event may have failed or crashed before it delivered everything. While that call may
  // still be running, the event is not acknowledged, so that its redelivery can check the result.
  const underWay = await deliverLeftBehind(orchestrator, event.operation);
  if (underWay > 0) {
    throw new Failure(
      'unavailable',
      `${event.operation}: another call is still delivering ${underWay} of its effects`,
    );
  }
  return committed;
}

/**
 * The same as `applyEvent` for events that the orchestrator makes itself. A repeat has nothing to do: the call that
 * committed the event first delivers its effects, or `sweep` does.
 */
export function applyOnce(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  known?: KnownAtDelivery,
): Promise<CommittedEvent> {
  return applyInSpan(orchestrator, event, (traced) =>
    commitAndDeliver(orchestrator, traced, undefined, known),
  );
}

/** What the caller knows of the delivery that follows the commit. */
type KnownAtDelivery = Pick<Delivery, 'summary' | 'removals'>;

async function commitAndDeliver(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
  known?: KnownAtDelivery,
): Promise<CommittedEvent> {
  const committed = await commitEvent(orchestrator, event, guard);
  if (committed.kind !== 'applied') return committed;
  const { delivery } = committed;
  await deliver(
    orchestrator,
    known ? { ...delivery, summary: known.summary, removals: known.removals } : delivery,
  );
  // The completion was held back until it has the method and the parent. Now it is published.
  if (event.type === 'created' && isTerminal(committed.operation)) {
    await deliverHeldCompletion(orchestrator, committed.operation);
  }
  return committed;
}
