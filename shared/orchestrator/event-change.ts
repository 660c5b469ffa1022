/** What the transaction of one event writes: the operation, its history line, the waits that it concerns, and its effects. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { childOutcomeOf } from '../lifecycle/child-outcome.ts';
import type { Effect } from '../lifecycle/effect.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isActive, isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { Applied, Ignored } from '../lifecycle/outcome.ts';
import { inTraceOf } from '../lifecycle/trace.ts';
import { historyEntryOf } from './event-history.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Change, Snapshot } from './ports/commit.ts';

/** Returns undefined for an ignored event of an operation that does not exist: it leaves no row. */
export function changeOf(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  snapshot: Snapshot,
  outcome: Applied | Ignored,
): Change | undefined {
  const known = outcome.next ?? snapshot.operation;
  const operation = known && inTraceOf(known, event);
  if (!operation) return undefined;
  const now = orchestrator.now();
  const applied = outcome.outcome === 'applied' ? outcome : undefined;
  const finished = applied && finishedIn(applied, snapshot);
  return {
    operation,
    history: applied?.silent ? undefined : historyEntryOf(event, outcome, now),
    begun: applied?.begun,
    ended: applied?.ended,
    finished,
    notified: applied?.notified,
    taken: applied?.taken,
    effects: effectsOf(applied?.effects ?? NO_EFFECTS, finished, snapshot.moreWaits),
    effectsDue: now + graceMs(orchestrator, operation),
  } satisfies AllFields<Change>;
}

const NO_EFFECTS: readonly Effect[] = [];

/** The effects of the transition, and those of an ended operation on the waits that it is a child of. */
function effectsOf(
  effects: readonly Effect[],
  finished: Change['finished'],
  moreWaits: boolean,
): readonly Effect[] {
  if (!finished || (finished.waits.length === 0 && !moreWaits)) return effects;
  const settling = finished.waits.map((parent): Effect => ({ kind: 'settleWait', parent }));
  if (moreWaits) settling.push({ kind: 'finishWaits' });
  return [...effects, ...settling];
}

/** How long the call that committed an effect has to deliver it before other calls take over, in milliseconds. */
const DELIVERY_GRACE_MS = 30_000;
/** The same while push is off: the workflow's poll comes first. */
const POLL_GRACE_MS = 60_000;
/** The same for an operation that ended before `created` arrived: the events of one worker arrive closer together than this. */
const CREATED_GRACE_MS = 5_000;

function graceMs({ policy }: Orchestrator, operation: Operation): number {
  if (isTerminal(operation) && !operation.creation) return CREATED_GRACE_MS;
  return policy.push ? DELIVERY_GRACE_MS : POLL_GRACE_MS;
}

function finishedIn({ next }: Applied, { operation, waits }: Snapshot): Change['finished'] {
  if (isActive(next) || next.state === operation?.state) return undefined;
  return { waits, outcome: childOutcomeOf(next.state) };
}
