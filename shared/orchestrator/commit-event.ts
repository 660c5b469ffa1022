/** One event's decision, in one transaction. */
import { findCycle } from '../lifecycle/cycle.ts';
import type { Effect } from '../lifecycle/effect.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isActive, type Operation } from '../lifecycle/operation.ts';
import type { Applied, Ignored, IgnoredReason } from '../lifecycle/outcome.ts';
import { transition } from '../lifecycle/transition.ts';
import { outcomeOf } from '../lifecycle/wait.ts';
import type { Delivery } from './effects/deliver.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Change, HistoryEntry, Reads, Snapshot } from './ports/store.ts';

export type CommittedEvent =
  | { readonly kind: 'applied'; readonly operation: Operation; readonly delivery: Delivery }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason }
  | { readonly kind: 'duplicate'; readonly operation: Operation };

/** Looks at the operation before the event is decided; what it throws refuses the event. */
export type Guard = (operation: Operation | undefined) => void;

/** Commits what the event changes, and what has to be delivered; rejects with a Failure, having changed nothing. */
export async function commitEvent(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard: Guard = () => {},
): Promise<CommittedEvent> {
  const { snapshot, change } = await orchestrator.store.commit(readsOf(event), (read) => {
    if (read.duplicate) return undefined;
    guard(read.operation);
    return changeOf(orchestrator, event, read);
  });
  if (snapshot.duplicate && snapshot.operation) return { kind: 'duplicate', operation: snapshot.operation };
  if (!change) return { kind: 'ignored', reason: 'NOT_WAITING' };
  const { history, operation, ended } = change;
  if (history.reason) return { kind: 'ignored', reason: history.reason };
  const effects = change.effects.map((effect) => ({ effect, attempts: 0 }));
  return { kind: 'applied', operation, delivery: { operation, wait: ended, effects } };
}

function readsOf({ operation, eventId, type }: LifecycleEvent): Reads {
  switch (type) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'deleted':
      return { operation, eventId, waits: true };
    case 'waiting':
      // One that would make a cycle ends the operation.
      return { operation, eventId, waits: true, waiters: true };
    default:
      return { operation, eventId };
  }
}

function changeOf(orchestrator: Orchestrator, event: LifecycleEvent, snapshot: Snapshot): Change | undefined {
  const now = orchestrator.now();
  const cycle =
    event.type === 'waiting' ? findCycle(event.operation, event.children, snapshot.waiters) : undefined;
  const { defaultTtl, push } = orchestrator.policy;
  const outcome = transition(snapshot.operation, event, { now, defaultTtl, cycle });
  const operation = outcome.next ?? snapshot.operation;
  // An event that changes nothing of an operation that is not there leaves no trace of one.
  if (!operation) return undefined;

  const finished = outcome.outcome === 'applied' ? finishedIn(outcome, snapshot) : undefined;
  const settles: Effect[] = push
    ? (finished?.waits ?? []).map((parent) => ({ kind: 'settleWait', parent }))
    : [];
  return {
    operation,
    history: historyOf(event, outcome, now),
    ...(outcome.outcome === 'applied' && { begun: outcome.begun, ended: outcome.ended }),
    finished,
    effects: outcome.outcome === 'applied' ? [...outcome.effects, ...settles] : [],
    effectsDue: now + DELIVERY_GRACE,
  };
}

/** How long the call that committed an effect has for it, before others take it over. In milliseconds. */
const DELIVERY_GRACE = 30_000;

function finishedIn({ next }: Applied, { operation, waits }: Snapshot): Change['finished'] {
  if (isActive(next) || next.state === operation?.state) return undefined;
  return { waits, outcome: outcomeOf(next.state) };
}

function historyOf(event: LifecycleEvent, outcome: Applied | Ignored, recordTime: number): HistoryEntry {
  const { eventId, type, occurTime } = event;
  const line = { eventId, type, occurTime, recordTime };
  return outcome.outcome === 'applied'
    ? { ...line, outcome: 'APPLIED' }
    : { ...line, outcome: 'IGNORED', reason: outcome.reason };
}
