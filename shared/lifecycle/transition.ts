/**
 * The complete lifecycle of an operation: the outcome of every event in every state.
 *
 * | event             | no row yet     | RUNNING              | WAITING                              | terminal |
 * | ----------------- | -------------- | -------------------- | ------------------------------------ | -------- |
 * | `created`         | RUNNING        | fills in; starts (2) | fills in                             | fills in |
 * | `progressed`      | RUNNING        | metadata             | metadata                             | metadata |
 * | `checkpointed`    | RUNNING        | savepoint            | savepoint                            | savepoint |
 * | `heartbeat`       | RUNNING        | takes, renews        | refused                              | refused  |
 * | `waiting`         | WAITING        | WAITING (1)          | WAITING: the newer wait stands (1)   | savepoint |
 * | `notified`        | RUNNING        | kept                 | kept, may end the wait               | ignored  |
 * | `resumed`         | nothing        | ignored              | RUNNING, if it names the open wait   | ignored  |
 * | `cancelRequested` | RUNNING        | asks the worker (3)  | RUNNING: ends the wait with CANCEL   | ignored  |
 * | `succeeded`       | SUCCEEDED      | SUCCEEDED            | SUCCEEDED: the wait is given up      | ignored  |
 * | `failed`          | FAILED         | FAILED               | FAILED: the wait is given up         | ignored  |
 * | `cancelled`       | CANCELLED      | CANCELLED            | CANCELLED: the wait is given up      | ignored  |
 * | `attemptFailed`   | FAILED         | the next try, or (4) | stale; FAILED without dispatch       | ignored  |
 * | `elapsed`         | nothing        | what is due (5)      | what bounds the operation            | nothing  |
 * | `rejected`        | nothing        | nothing (6)          | nothing                              | nothing  |
 * | `deleted`         | nothing        | DELETED              | DELETED: the wait is given up        | DELETED  |
 *
 * (1) A `waiting` event older than the newest one begins no wait. One that would close a cycle, or whose children cannot
 *     have their names, fails the operation. After a cancel request that has not ended a wait yet, the new wait ends at
 *     once with CANCEL.
 * (2) With `dispatch`, the first attempt is offered: see handover.ts. Refused if a worker already has the operation.
 * (3) With `dispatch`, an operation that no worker has ends at once: see cancel.ts.
 * (4) FAILED, or the last resort: see attempt-end.ts and last-resort.ts.
 * (5) A lost lease, the next try, a signal that is sent again, a deadline: see elapsed.ts.
 * (6) FAILED where the event would have ended the current attempt: see reject.ts.
 * A DELETED operation ignores every event. fence.ts says what an event of an ended attempt still does.
 *
 * Invariants, which the property tests cite:
 *  I1  A terminal state and its result never change.
 *  I2  A wait is resumed at most once; only a new attempt repeats its RESUME.
 *  I3  For one worker's lifecycle, every order and any duplication of its events gives the same operation: method,
 *      parent and labels are those of the oldest `created`; metadata, checkpoint and resume point are each the newest.
 *  I4  An operation that is WAITING names a wait that is open, and no other wait of it is.
 *  I5  A deleted operation never comes back and is never completed: it has neither a result nor a worker.
 *  I6  An attempt has one holder and ends once. After another attempt was made, its events change neither state nor
 *      result.
 */
import type { Attempts } from './attempt.ts';
import { failAttempt } from './attempt-end.ts';
import { requestCancel } from './cancel.ts';
import { create } from './create.ts';
import { elapse } from './elapsed.ts';
import { type EventOf, type EventType, isOwnEvent, type LifecycleEvent } from './event.ts';
import { metadataOf, orderOf, withSavepoint } from './facts.ts';
import { type Verdict, verdictOf } from './fence.ts';
import { expireTime, finish } from './finish.ts';
import { take } from './handover.ts';
import { notify } from './notify.ts';
import {
  type ActiveOperation,
  inPhase,
  isDeleted,
  isTerminal,
  type LiveOperation,
  type Operation,
  UNWATCHED,
} from './operation.ts';
import { dispatchOf, factsOf } from './operation-facts.ts';
import { applied, type Circumstances, type Transition, UNCHANGED } from './outcome.ts';
import { reject } from './reject.ts';
import { CANCELLED, CODE } from './result.ts';
import { wait } from './wait-begin.ts';
import { giveUpWait, resumeFromWait } from './wait-end.ts';

export function transition(
  before: Operation | undefined,
  event: LifecycleEvent,
  circumstances: Circumstances,
): Transition {
  if (before && isDeleted(before)) return { outcome: 'ignored', reason: 'DELETED' };
  if (!before && event.type === 'deleted') return { outcome: 'ignored', reason: 'DELETED' };
  if (!before && CREATES_NOTHING.has(event.type)) return UNCHANGED;
  const known = before ?? unknownOperation(event, circumstances);
  const verdict = verdictOf(known, event);
  if (verdict === 'STALE' || verdict === 'UNKNOWN') return refuse(known, event, verdict);
  const operation = since(known, event);
  const current = verdict === 'COUNTS' ? take(operation, event) : operation;
  return follow(current, event, circumstances, known);
}

/** Events that create no operation if none exists. */
const CREATES_NOTHING: ReadonlySet<EventType> = new Set(['elapsed', 'rejected', 'resumed']);

function follow(
  operation: LiveOperation,
  event: LifecycleEvent,
  circumstances: Circumstances,
  before: LiveOperation,
): Transition {
  switch (event.type) {
    case 'created':
      return create(operation, event, circumstances);
    case 'progressed':
      return applied({
        ...operation,
        metadata: metadataOf(operation, event, orderOf(operation, event)),
        updateTime: circumstances.now,
      });
    case 'checkpointed':
      return applied(withSavepoint(operation, event, orderOf(operation, event), circumstances));
    case 'heartbeat':
      return heartbeat(operation, event, before);
    case 'waiting':
      return wait(operation, event, circumstances);
    case 'notified':
      return notify(operation, event, circumstances);
    case 'resumed':
      return resume(operation, event, circumstances);
    case 'cancelRequested':
      return requestCancel(operation, event, circumstances);
    case 'succeeded':
      return finish(operation, event, circumstances, { state: 'SUCCEEDED', response: event.response });
    case 'failed':
      return finish(operation, event, circumstances, { state: 'FAILED', error: event.error });
    case 'cancelled':
      return finish(operation, event, circumstances, { state: 'CANCELLED', error: CANCELLED });
    case 'attemptFailed':
      return needsAttempt(operation, event) ?? failAttempt(operation, event, circumstances);
    case 'elapsed':
      return elapse(operation, event, circumstances);
    case 'rejected':
      return reject(operation, event, circumstances);
    case 'deleted':
      return remove(operation, circumstances);
  }
}

/** An event for an operation that is not created yet makes the operation. `created` later fills in the rest. */
function unknownOperation(event: LifecycleEvent, { now }: Circumstances): ActiveOperation {
  const facts = factsOf(event.operation, event.occurTime, now, attemptsAtFirst(event), 1);
  return inPhase(facts, { state: 'RUNNING', handover: UNWATCHED });
}

const FIRST_ATTEMPT: Attempts = [{ number: 1, startTime: 0, worker: undefined, end: undefined }];
const NO_ATTEMPT: Attempts = [];

/** Whether the event shows that a worker has the operation, at the first attempt. A cancel request, for example, does not. */
function attemptsAtFirst(event: LifecycleEvent): Attempts {
  if (event.type === 'cancelRequested' || event.type === 'notified') return NO_ATTEMPT;
  return event.type === 'created' && event.creation.dispatch ? NO_ATTEMPT : FIRST_ATTEMPT;
}

/**
 * Makes an operation from its first event when `created` has not arrived. Its create time is the time of that event, and a
 * worker has it if the event comes from a worker. So every order of the events gives the same operation.
 */
function since(operation: LiveOperation, event: LifecycleEvent): LiveOperation {
  if (operation.creation) return operation;
  const createTime = isOwnEvent(event.type)
    ? operation.createTime
    : Math.min(operation.createTime, event.occurTime);
  const attempts =
    operation.attempts.length === 0 && !isOwnEvent(event.type) ? attemptsAtFirst(event) : operation.attempts;
  if (createTime === operation.createTime && attempts === operation.attempts) return operation;
  return { ...operation, createTime, attempts };
}

function refuse(
  operation: LiveOperation,
  event: LifecycleEvent,
  verdict: Extract<Verdict, 'STALE' | 'UNKNOWN'>,
): Transition {
  if (verdict === 'UNKNOWN') {
    return {
      outcome: 'rejected',
      field: 'attempt',
      reason: `must be the number of an attempt that START or RESUME gave, and is ${event.attempt}`,
      code: CODE.INVALID_ARGUMENT,
    };
  }
  // A heartbeat leaves no line in the history.
  if (event.type === 'heartbeat') return { outcome: 'unchanged', reason: 'STALE_ATTEMPT' };
  return { outcome: 'ignored', reason: isTerminal(operation) ? 'TERMINAL' : 'STALE_ATTEMPT' };
}

function heartbeat(operation: LiveOperation, event: EventOf<'heartbeat'>, before: LiveOperation): Transition {
  if (isTerminal(operation)) return { outcome: 'unchanged', reason: 'STALE_ATTEMPT' };
  const missing = needsAttempt(operation, event);
  if (missing) return missing;
  const taken = withCatchPoint(operation, event.catchPoint);
  return taken === before && taken.creation ? UNCHANGED : applied(taken, { silent: true });
}

/**
 * Sets the catch point from the worker's event unless `created` has set it: a caller that creates an operation need not know
 * its steps.
 */
function withCatchPoint(operation: LiveOperation, catchPoint: string | undefined): LiveOperation {
  const { creation } = operation;
  const dispatch = creation?.value.dispatch;
  if (catchPoint === undefined || !creation || !dispatch || dispatch.catchPoint !== undefined)
    return operation;
  const value = { ...creation.value, dispatch: { ...dispatch, catchPoint } };
  return { ...operation, creation: { ...creation, value } };
}

function needsAttempt(operation: LiveOperation, { attempt }: LifecycleEvent): Transition | undefined {
  if (attempt !== undefined || !dispatchOf(operation) || isTerminal(operation)) return undefined;
  return {
    outcome: 'rejected',
    field: 'attempt',
    reason: 'is required, because the operation is dispatched',
    code: CODE.INVALID_ARGUMENT,
  };
}

function resume(
  operation: LiveOperation,
  event: EventOf<'resumed'>,
  circumstances: Circumstances,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  if (operation.state !== 'WAITING') return { outcome: 'ignored', reason: 'NOT_WAITING' };
  if (operation.wait.waitId !== event.waitId) return { outcome: 'ignored', reason: 'SUPERSEDED' };
  return resumeFromWait({ ...operation, updateTime: circumstances.now }, event, circumstances);
}

/** I5: the marker is kept for late events, so at least as long as they may come, whatever the operation's own ttl. */
function remove(operation: LiveOperation, circumstances: Circumstances): Transition {
  const { name, createTime, attempts } = operation;
  const { now, defaultTtl } = circumstances;
  const given = giveUpWait(operation, 'DELETED', circumstances);
  const next = inPhase(factsOf(name, createTime, now, attempts, 0), {
    state: 'DELETED',
    deleteTime: now,
    expireTime: Math.max(expireTime(operation, now, circumstances), now + defaultTtl),
  });
  return applied(next, given);
}
