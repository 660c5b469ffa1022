/** Decides and commits one event, in one transaction. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { childOutcomeOf } from '../lifecycle/child-outcome.ts';
import { findCycle } from '../lifecycle/cycle.ts';
import { dueTime } from '../lifecycle/due.ts';
import type { Effect } from '../lifecycle/effect.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isActive, isTerminal, type LiveOperation, type Operation } from '../lifecycle/operation.ts';
import type { Applied, Circumstances, Ignored, IgnoredReason, Rejected } from '../lifecycle/outcome.ts';
import { inTraceOf } from '../lifecycle/trace.ts';
import { transition } from '../lifecycle/transition.ts';
import type { WaitTerms } from '../lifecycle/wait.ts';
import type { CommittedEvent } from './committed-event.ts';
import type { Delivery, PendingEffect } from './effects/delivery.ts';
import { isHeldBack } from './effects/held-back.ts';
import { historyEntryOf } from './event-history.ts';
import { readsOf } from './event-reads.ts';
import { countEvent } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Change, Commit, Committed, Snapshot } from './ports/commit.ts';
import { Failure, type FailureKind, InvalidInput } from './ports/failure.ts';
import { respawned } from './rerun/respawn.ts';
import { workflowGraceMs } from './wait-workflow-policy.ts';
import { requireWorkFits } from './work-limit.ts';

/**
 * Checks the operation, and what else was read, before the event is decided. An error that it throws refuses the event. It is not
 * called for a repeat of a committed event.
 */
export type Guard = (operation: Operation | undefined, snapshot: Snapshot) => void;

/**
 * Commits what the event changes, and its effects. Resolves for an ignored event and for a repeat as well. Rejects with a
 * Failure if the store cannot commit now, with InvalidInput if the event breaks a rule, and with the error of `guard`. The
 * caller may repeat the event after any rejection.
 */
export async function commitEvent(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
): Promise<CommittedEvent> {
  const decision = decisionOn(orchestrator, event, guard);
  try {
    return outcomeOfCommit(orchestrator, decision, await commit(orchestrator, decision));
  } catch (error) {
    if (!(error instanceof RerunSpawns) || event.type !== 'waiting') throw error;
    const ofRun = await respawned(orchestrator, event, error.operation);
    const again = decisionOn(orchestrator, ofRun, guard, true);
    return outcomeOfCommit(orchestrator, again, await commit(orchestrator, again));
  }
}

function commit({ store, telemetry }: Orchestrator, { reads, decide }: Decision) {
  if (!telemetry.isOn) return store.commit(reads, decide);
  return telemetry.span('commit', COMMIT_SPAN, () => store.commit(reads, decide));
}

const COMMIT_SPAN = { kind: 'client' } as const;

/** The operation is a rerun, and the event spawns children. They may need other names than the worker gave them. */
class RerunSpawns extends Failure {
  readonly operation: LiveOperation;

  constructor(operation: LiveOperation) {
    super('conflict', `${operation.name} runs again, and its children need names of their own`);
    this.name = 'RerunSpawns';
    this.operation = operation;
  }
}

function requireNamesOfRun(operation: Operation | undefined, event: LifecycleEvent): void {
  if (event.type !== 'waiting' || event.spawn.length === 0 || !operation || !isActive(operation)) return;
  if (operation.creation?.value.rerunOf !== undefined) throw new RerunSpawns(operation);
}

/** The transaction of one event, for a store to run. */
export interface Decision extends Commit {
  readonly event: LifecycleEvent;
  /** Why the event changed nothing. Known once the transaction has run. */
  reason?: IgnoredReason;
}

export function decisionOn(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  guard?: Guard,
  namesAreOfRun = false,
): Decision {
  const decision: Decision = {
    event,
    reads: readsOf(event),
    reason: undefined,
    decide: (snapshot) => {
      decision.reason = undefined;
      if (snapshot.duplicate) return undefined;
      guard?.(snapshot.operation, snapshot);
      requireWorkFits(snapshot.operation, event);
      if (!namesAreOfRun) requireNamesOfRun(snapshot.operation, event);
      const outcome = transition(snapshot.operation, event, circumstancesOf(orchestrator, event, snapshot));
      if (outcome.outcome === 'rejected') throw brokenRule(outcome);
      if (outcome.outcome !== 'unchanged') return changeOf(orchestrator, event, snapshot, outcome);
      decision.reason = outcome.reason;
      return undefined;
    },
  };
  return decision;
}

export function outcomeOfCommit(
  orchestrator: Orchestrator,
  decision: Decision,
  committed: Committed<Change | undefined>,
): CommittedEvent {
  const outcome = outcomeOf(orchestrator, decision, committed);
  countEvent(orchestrator, decision.event, committed.snapshot.operation, outcome, committed.change);
  return outcome;
}

function outcomeOf(
  orchestrator: Orchestrator,
  { event, reason = 'NOT_WAITING' }: Decision,
  { snapshot, change, progress }: Committed<Change | undefined>,
): CommittedEvent {
  if (snapshot.duplicate && snapshot.operation) return { kind: 'duplicate', operation: snapshot.operation };
  if (!change) return { kind: 'ignored', reason, operation: snapshot.operation };
  const { history, operation, ended } = change;
  if (history?.outcome === 'IGNORED') {
    return { kind: 'ignored', reason: history.reason as IgnoredReason, operation };
  }
  const due = dueTime(operation);
  if (due !== undefined && due !== (snapshot.operation && dueTime(snapshot.operation))) {
    orchestrator.timer.wakeAt(due);
  }
  const heldBack = (effect: Effect) => isHeldBack(orchestrator, operation, effect);
  const isComplete = !change.effects.some(heldBack);
  const delivered = isComplete ? change.effects : change.effects.filter((effect) => !heldBack(effect));
  const effects = delivered.map((effect): PendingEffect => ({ effect, attempts: 0 }));
  if (!isComplete) orchestrator.timer.wakeAt(change.effectsDue);
  const delivery: AllFields<Delivery> = {
    operation,
    wait: ended,
    effects,
    since: event.publishTime,
    progress,
    summary: undefined,
    removals: undefined,
  };
  return { kind: 'applied', operation, delivery };
}

function changeOf(
  orchestrator: Orchestrator,
  event: LifecycleEvent,
  snapshot: Snapshot,
  outcome: Applied | Ignored,
): Change | undefined {
  const known = outcome.next ?? snapshot.operation;
  const operation = known && inTraceOf(known, event);
  // An ignored event of an operation that does not exist leaves no row.
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

function circumstancesOf(
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

const KINDS: Readonly<Record<number, FailureKind>> = {
  6: 'alreadyExists',
  8: 'exhausted',
  9: 'precondition',
  10: 'conflict',
};

function brokenRule({ field, reason, code }: Rejected): InvalidInput {
  return new InvalidInput(field, reason, KINDS[code] ?? 'invalid');
}

function finishedIn({ next }: Applied, { operation, waits }: Snapshot): Change['finished'] {
  if (isActive(next) || next.state === operation?.state) return undefined;
  return { waits, outcome: childOutcomeOf(next.state) };
}
