/**
 * Applies one event: commits it, then delivers its effects. Heartbeats, cancel requests, bulk operations and the creation of
 * spawned children call `commitEvent` or `decisionOn` instead: each of them delivers in another way, or has nothing to deliver.
 */
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import { commitEvent, type Guard } from './commit-event.ts';
import type { CommittedEvent } from './committed-event.ts';
import { deliver } from './effects/deliver.ts';
import { deliverHeldCompletion, deliverLeftBehind, deliverOwn } from './effects/deliver-outbox.ts';
import type { Delivery } from './effects/delivery.ts';
import { applyInSpan } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import { StillDelivering } from './still-delivering.ts';

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
  return applyInSpan(orchestrator, event, async (traced) => {
    const committed = await commitEvent(orchestrator, traced, guard);
    if (committed.kind === 'applied') await deliverEffects(orchestrator, traced, committed.delivery);
    else if (committed.kind === 'duplicate') await deliverRepeated(orchestrator, traced, committed.mayBeOwn);
    return committed;
  });
}

/**
 * The call that committed the event may have failed or crashed before it delivered everything. While that call may still be running,
 * the event is not acknowledged, so that its redelivery can check the result.
 */
async function deliverRepeated(
  orchestrator: Orchestrator,
  { operation }: LifecycleEvent,
  mayBeOwn: boolean,
): Promise<void> {
  if (mayBeOwn) return deliverOwn(orchestrator, operation);
  const underWay = await deliverLeftBehind(orchestrator, operation);
  if (underWay > 0) throw new StillDelivering(operation, underWay);
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
  return applyInSpan(orchestrator, event, async (traced) => {
    const committed = await commitEvent(orchestrator, traced);
    if (committed.kind === 'duplicate' && committed.mayBeOwn) {
      // The caller may be carrying out a settleWait of the same outbox, and would wait for itself.
      await deliverOwn(orchestrator, traced.operation, ({ kind }) => kind !== 'settleWait');
    }
    if (committed.kind !== 'applied') return committed;
    const { delivery } = committed;
    await deliverEffects(
      orchestrator,
      traced,
      known ? { ...delivery, summary: known.summary, removals: known.removals } : delivery,
    );
    return committed;
  });
}

/** What the caller knows of the delivery that follows the commit. */
type KnownAtDelivery = Pick<Delivery, 'summary' | 'removals'>;

function deliverEffects(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  delivery: Delivery,
): Promise<void> {
  const { operation } = delivery;
  const delivered = deliver(orchestrator, delivery);
  // The completion was held back until it has the method and the parent. Now it is published.
  return event.type === 'created' && isTerminal(operation)
    ? delivered.then(() => deliverHeldCompletion(orchestrator, operation))
    : delivered;
}
