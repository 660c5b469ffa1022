/** What the core has to know besides the operation and the event, from the clock, the policy and the reads of the transaction. */
import { findCycle } from '../lifecycle/cycle.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import type { Circumstances } from '../lifecycle/outcome.ts';
import type { WaitTerms } from '../lifecycle/wait.ts';
import { sameContent } from '../messages/same-content.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Snapshot } from './ports/commit.ts';
import { workflowGraceMs } from './wait-workflow-policy.ts';

export function circumstancesOf(
  { now, random, policy }: Orchestrator,
  event: LifecycleEvent,
  snapshot: Snapshot,
): Circumstances {
  const { nameHolders, kept, parent, reservedFor, waiters } = snapshot;
  const terms = termsIn(event);
  return {
    now: now(),
    random: random(),
    defaultTtl: policy.defaultTtl,
    workflowGraceMs: terms ? workflowGraceMs(policy, terms) : 0,
    cycle:
      event.type === 'waiting'
        ? findCycle(event.operation, [...event.spawn.map(({ name }) => name), ...event.children], waiters)
        : undefined,
    nameHolders,
    sameContent,
    kept,
    parentStop: parent?.childrenStop,
    reservedFor,
  };
}

/** The terms of the wait that the event begins, or undefined if it begins none. */
function termsIn(event: LifecycleEvent): WaitTerms | undefined {
  if (event.type === 'waiting') return event.terms;
  return event.type === 'created' ? event.restart?.wait?.terms : undefined;
}
