/** Decides and commits one event, in one transaction. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import { dueTime } from '../lifecycle/due.ts';
import type { Effect } from '../lifecycle/effect.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import { isActive, type LiveOperation, type Operation } from '../lifecycle/operation.ts';
import type { IgnoredReason, Rejected } from '../lifecycle/outcome.ts';
import { transition } from '../lifecycle/transition.ts';
import type { CommittedEvent } from './committed-event.ts';
import type { Delivery, PendingEffect } from './effects/delivery.ts';
import { isHeldBack } from './effects/held-back.ts';
import { changeOf } from './event-change.ts';
import { circumstancesOf } from './event-circumstances.ts';
import { readsOf } from './event-reads.ts';
import { countEvent } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Change, Commit, Committed, Snapshot } from './ports/commit.ts';
import { Failure, type FailureKind, InvalidInput } from './ports/failure.ts';
import { respawned } from './rerun/respawn.ts';
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
  countEvent(orchestrator, decision.event, outcome, committed);
  return outcome;
}

function outcomeOf(
  orchestrator: Orchestrator,
  { event, reason = 'NOT_WAITING' }: Decision,
  { snapshot, change, progress, mayBeOwn = false }: Committed<Change | undefined>,
): CommittedEvent {
  if (snapshot.duplicate && snapshot.operation) {
    return { kind: 'duplicate', operation: snapshot.operation, mayBeOwn };
  }
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

const KINDS: Readonly<Record<number, FailureKind>> = {
  6: 'alreadyExists',
  8: 'exhausted',
  9: 'precondition',
  10: 'conflict',
};

function brokenRule({ field, reason, code }: Rejected): InvalidInput {
  return new InvalidInput(field, reason, KINDS[code] ?? 'invalid');
}
