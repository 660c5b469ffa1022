/** The part of `sweep` for one operation: checks whether something is due, and carries it out once. */
import { boundOf, dueTime } from '../lifecycle/due.ts';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import {
  isActive,
  type Operation,
  type RunningOperation,
  type WaitingOperation,
} from '../lifecycle/operation.ts';
import { dispatchOf } from '../lifecycle/operation-facts.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { applyOnce } from './apply-event.ts';
import { launchWorkflow } from './effects/start-wait.ts';
import { headerAt } from './event-header.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { DueOperation } from './ports/due-work.ts';
import { Failure } from './ports/failure.ts';
import { settleWait } from './settle-wait.ts';
import { needsWorkflow, WORKFLOW_GRACE_MS } from './wait-workflow-policy.ts';

/**
 * What the check did. `RETRIED`: a due timer changed the operation, and it is still active: a new attempt, a signal that
 * was sent again, or the last resort. `WAITS`: nothing is to be done yet. `NOTHING`: nothing was due.
 */
export type Look = 'RESUMED' | 'RETRIED' | 'ENDED' | 'WAITS' | 'NOTHING';

/**
 * `sweptSince`: the start of the period in which `sweep` has run without a gap, in milliseconds since the epoch. undefined if
 * it is not known, so that no lease can run out.
 */
export async function lookAt(
  orchestrator: Orchestrator,
  due: DueOperation,
  sweptSince: number | undefined,
): Promise<Look> {
  const operation = await orchestrator.store.operation(due.name);
  const now = orchestrator.now();
  if (!operation || !isActive(operation)) return 'NOTHING';
  const time = dueTime(operation);
  if (time === undefined || time > now) {
    // Nothing is due after all: an earlier release wrote the row, or another call has changed it meanwhile.
    await orchestrator.store.postponeDue(due, time ?? now + LATER_MS);
    return 'NOTHING';
  }
  const bound = boundOf(operation);
  const isBound = bound !== undefined && bound.time <= now;
  if (operation.state === 'WAITING' && !isBound) return lookAtWait(orchestrator, operation);
  if (operation.state === 'RUNNING' && !isBound) {
    const begin = beginTime(orchestrator, operation, now, sweptSince);
    if (begin > now) {
      await orchestrator.store.postponeDue(due, begin);
      return 'WAITS';
    }
  }
  return elapse(orchestrator, operation, now, sweptSince ?? now);
}

/** When to look again at an operation that was found due by mistake, in milliseconds. */
const LATER_MS = 60_000;

/**
 * When a due action of a running operation may begin. An event on its way may have renewed a lease, so `sweep` first
 * has to run without a gap for as long as the lease. Retries of one method are spread over time.
 */
function beginTime(
  { retryBudget }: Orchestrator,
  operation: RunningOperation,
  now: number,
  sweptSince: number | undefined,
): number {
  const { handover, creation } = operation;
  if (handover.kind === 'LEASED') {
    // To postpone it by a whole lease, as after a gap, would be longer than needed: the next run knows.
    if (sweptSince === undefined)
      throw new Failure('unavailable', 'it is not known since when sweep has run');
    return Math.max(now, sweptSince + (dispatchOf(operation)?.leaseMs ?? 0));
  }
  if (handover.kind === 'BACKOFF') return retryBudget.beginTime(creation?.value.method ?? '', now);
  return now;
}

async function elapse(
  orchestrator: Orchestrator,
  { name, attempts, trace }: Operation,
  now: number,
  sweptSince: number,
): Promise<Look> {
  const eventId = `${RESERVED_EVENT_ID_PREFIX}elapsed:${attempts.at(-1)?.number ?? 0}:${now}`;
  const outcome = await applyOnce(orchestrator, {
    ...headerAt(now, name, eventId),
    traceparent: trace,
    type: 'elapsed',
    sweptSince,
  });
  if (outcome.kind !== 'applied') return 'NOTHING';
  return isActive(outcome.operation) ? 'RETRIED' : 'ENDED';
}

async function lookAtWait(orchestrator: Orchestrator, operation: WaitingOperation): Promise<Look> {
  const { wait } = operation;
  const settled = await settleWait(orchestrator, wait, 'sweep');
  if (settled.resumed) return 'RESUMED';
  if (settled.reason !== 'PENDING') return 'NOTHING';
  if (needsWorkflow(wait)) await keepPolled(orchestrator, operation);
  await orchestrator.store.postponeLook(wait, nextLook(wait, orchestrator.now()));
  return 'WAITS';
}

/** The workflow polls children of other services. If its execution is lost, another one is launched. */
async function keepPolled(orchestrator: Orchestrator, operation: WaitingOperation): Promise<void> {
  const { wait, creation } = operation;
  if (wait.execution && (await orchestrator.launcher.isRunning(wait.execution))) return;
  await launchWorkflow(orchestrator, wait, creation?.value.method ?? '');
}

const MIN_LOOK_MS = 60_000;
const MAX_LOOK_MS = 3_600_000;
/** The pause, as a fraction of the age of the wait: `sweep` checks a long wait less often. */
const SHARE_OF_AGE = 0.1;

/**
 * When `sweep` checks the wait again: often enough to notice a lost workflow, and at the latest at the deadline. If the
 * wait has a workflow, the workflow acts at the deadline, and `sweep` WORKFLOW_GRACE_MS later.
 */
function nextLook({ startTime, sleepUntil, deadline, externals, execution }: OpenWait, now: number): number {
  const last = execution === undefined ? deadline : Math.max(deadline, now) + WORKFLOW_GRACE_MS;
  if (sleepUntil !== undefined && sleepUntil > now) return Math.min(last, sleepUntil + WORKFLOW_GRACE_MS);
  if (externals.length === 0) return last;
  const pause = Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, (now - startTime) * SHARE_OF_AGE));
  return Math.min(last, now + pause);
}
