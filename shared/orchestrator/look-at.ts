/** One operation of which something is due: what the clock brings, done once. */
import { boundOf, dueTime } from '../lifecycle/due.ts';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import {
  dispatchOf,
  isActive,
  type Operation,
  type RunningOperation,
  type WaitingOperation,
} from '../lifecycle/operation.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { applyOnce } from './apply-event.ts';
import { launchWorkflow } from './effects/start-wait.ts';
import { headerAt } from './event-header.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { DueOperation } from './ports/store.ts';
import { settleWait } from './settle-wait.ts';
import { needsWorkflow, WORKFLOW_GRACE_MS } from './wait-workflow-policy.ts';

/** What came of it. */
export type Look = 'RESUMED' | 'RETRIED' | 'ENDED' | 'WAITS' | 'NOTHING';

/** `sweptSince`: since when `sweep` has run without a gap, in milliseconds since the epoch. */
export async function lookAt(
  orchestrator: Orchestrator,
  due: DueOperation,
  sweptSince: number,
): Promise<Look> {
  const operation = await orchestrator.store.operation(due.name);
  const now = orchestrator.now();
  if (!operation || !isActive(operation)) return 'NOTHING';
  const time = dueTime(operation);
  if (time === undefined || time > now) {
    // Its row says otherwise: an earlier release has written it, or another call has changed it meanwhile.
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
  return elapse(orchestrator, operation, now, sweptSince);
}

/** When to look again at what should not have been due, in milliseconds. */
const LATER_MS = 60_000;

/**
 * When what is due of a running operation may begin. A lease may have been renewed by an event that still is on its way,
 * until `sweep` has run for as long as the lease without a gap; retries of one method are spread over time.
 */
function beginTime(
  { retryBudget }: Orchestrator,
  operation: RunningOperation,
  now: number,
  sweptSince: number,
): number {
  const { handover, creation } = operation;
  if (handover.kind === 'LEASED') return Math.max(now, sweptSince + (dispatchOf(operation)?.leaseMs ?? 0));
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
    type: 'elapsed',
    sweptSince,
    ...(trace !== undefined && { traceparent: trace }),
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

/** Children of other services are polled by the workflow: one that is lost is launched again. */
async function keepPolled(orchestrator: Orchestrator, operation: WaitingOperation): Promise<void> {
  const { wait, creation } = operation;
  if (wait.execution && (await orchestrator.launcher.isRunning(wait.execution))) return;
  await launchWorkflow(orchestrator, wait, creation?.value.method ?? '');
}

const MIN_LOOK_MS = 60_000;
const MAX_LOOK_MS = 3_600_000;
/** Of the time that the wait has lasted: a long wait is looked at less often. */
const SHARE_OF_AGE = 0.1;

/**
 * When to look at the wait again: often enough that a lost workflow is noticed, and at the deadline at the latest, where
 * its workflow comes first.
 */
function nextLook({ startTime, sleepUntil, deadline, externals, execution }: OpenWait, now: number): number {
  const last = execution === undefined ? deadline : Math.max(deadline, now) + WORKFLOW_GRACE_MS;
  if (sleepUntil !== undefined && sleepUntil > now) return Math.min(last, sleepUntil + WORKFLOW_GRACE_MS);
  if (externals.length === 0) return last;
  const pause = Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, (now - startTime) * SHARE_OF_AGE));
  return Math.min(last, now + pause);
}
