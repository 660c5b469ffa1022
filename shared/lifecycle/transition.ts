/**
 * The lifecycle of an operation, complete: every state, every event, what comes of it.
 *
 * | event             | no row yet     | RUNNING         | WAITING                              | terminal |
 * | ----------------- | -------------- | --------------- | ------------------------------------ | -------- |
 * | `created`         | RUNNING        | fills in        | fills in                             | fills in |
 * | `progressed`      | RUNNING        | metadata        | metadata                             | metadata |
 * | `checkpointed`    | RUNNING        | savepoint       | savepoint                            | savepoint |
 * | `waiting`         | WAITING        | WAITING (1)     | WAITING: the newer wait stands (1)   | savepoint |
 * | `resumed`         | ignored        | ignored         | RUNNING, if it names the open wait   | ignored  |
 * | `cancelRequested` | RUNNING        | asks the worker | RUNNING: ends the wait with CANCEL   | ignored  |
 * | `succeeded`       | SUCCEEDED      | SUCCEEDED       | SUCCEEDED: the wait is given up      | ignored  |
 * | `failed`          | FAILED         | FAILED          | FAILED: the wait is given up         | ignored  |
 * | `cancelled`       | CANCELLED      | CANCELLED       | CANCELLED: the wait is given up      | ignored  |
 * | `deleted`         | ignored        | DELETED         | DELETED: the wait is given up        | DELETED  |
 *
 * (1) A `waiting` that is older than the newest one begins no wait; one that would make a cycle fails the operation;
 *     one that comes after a cancel request that has not ended a wait yet ends at once with CANCEL.
 * An operation that is DELETED ignores every event.
 *
 * Invariants, which the property tests cite:
 *  I1  A terminal state and its result never change.
 *  I2  A wait is resumed at most once.
 *  I3  For one worker's lifecycle, every order and any duplication of its events gives the same operation: method,
 *      parent and labels are those of the oldest `created`; metadata, checkpoint and resume point are each the newest.
 *  I4  An operation that is WAITING names a wait that is open, and no other wait of it is.
 *  I5  A deleted operation never comes back, and is not completed: it has neither a result nor a worker any more.
 */
import type { Effect } from './effect.ts';
import type { EventHeader, LifecycleEvent, Savepoint } from './event.ts';
import { newest, oldest, type Register } from './event-order.ts';
import {
  type ActiveOperation,
  type DeletedOperation,
  inPhase,
  isDeleted,
  isTerminal,
  type LiveOperation,
  type Operation,
  type OperationFacts,
  type TerminalOperation,
} from './operation.ts';
import type { OperationName } from './operation-name.ts';
import { applied, type Circumstances, type Transition } from './outcome.ts';
import { type AnyValue, CANCELLED_CODE, FAILED_PRECONDITION_CODE, type Status } from './result.ts';
import { externalKey, type OpenWait, type Resumption } from './wait.ts';
import { endOpenWait, endWait, giveUpWait, resumeEffects } from './wait-end.ts';

type Event<T extends LifecycleEvent['type']> = EventHeader & Extract<LifecycleEvent, { type: T }>;

export function transition(
  before: Operation | undefined,
  event: LifecycleEvent,
  circumstances: Circumstances,
): Transition {
  if (before && isDeleted(before)) return { outcome: 'ignored', reason: 'DELETED' };
  if (!before && event.type === 'deleted') return { outcome: 'ignored', reason: 'DELETED' };
  const operation = before ?? unknownOperation(event, circumstances);
  switch (event.type) {
    case 'created':
      return create(operation, event, circumstances);
    case 'progressed':
      return applied(merge(operation, circumstances, { metadata: metadataOf(operation, event) }));
    case 'checkpointed':
      return applied(merge(operation, circumstances, savepointOf(operation, event)));
    case 'waiting':
      return wait(operation, event, circumstances);
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
    case 'deleted':
      return remove(operation, circumstances);
  }
}

const CANCELLED: Status = { code: CANCELLED_CODE, message: 'The operation was cancelled.', details: [] };

/** An event for an operation not yet created makes it; `created` then fills in the rest. */
function unknownOperation(event: EventHeader, { now }: Circumstances): ActiveOperation {
  return {
    name: event.operation,
    state: 'RUNNING',
    cancelRequest: 'NONE',
    createTime: event.occurTime,
    updateTime: now,
  };
}

function create(operation: LiveOperation, event: Event<'created'>, circumstances: Circumstances): Transition {
  const creation = oldest(operation.creation, { value: event.creation, order: event.order });
  const next = merge(operation, circumstances, {
    creation,
    createTime: creation.order === event.order ? event.occurTime : operation.createTime,
    metadata: metadataOf(operation, event),
  });
  if (isTerminal(next))
    return applied({ ...next, expireTime: expireTime(next, next.completeTime, circumstances) });
  // The cancel came first: only now is it known which method's worker has to hear of it.
  const late = operation.creation === undefined && operation.cancelRequest !== 'NONE';
  return applied(next, { effects: late ? [{ kind: 'signalCancel', cause: event.eventId }] : [] });
}

function wait(operation: LiveOperation, event: Event<'waiting'>, circumstances: Circumstances): Transition {
  const kept = merge(operation, circumstances, savepointOf(operation, event));
  if (isTerminal(kept)) return { outcome: 'ignored', reason: 'TERMINAL', next: kept };
  if (kept.lastWait !== undefined && kept.lastWait >= event.order) {
    return { outcome: 'ignored', reason: 'SUPERSEDED', next: kept };
  }
  if (circumstances.cycle)
    return finish(kept, event, circumstances, { state: 'FAILED', error: cycle(circumstances.cycle) });

  const { operation: name, eventId: waitId, occurTime: startTime, terms, children } = event;
  const begun: OpenWait = { operation: name, waitId, startTime, ...terms };
  const childKeys = [...children, ...terms.externals.map(externalKey)];
  const overtaken = giveUpWait(kept, 'SUPERSEDED', circumstances);
  const facts = { ...kept, lastWait: event.order };
  if (kept.cancelRequest === 'REQUESTED') {
    const ended = endWait(begun, { kind: 'RESUMED', cause: 'CANCEL', by: 'cancel', time: circumstances.now });
    return applied(inPhase({ ...facts, cancelRequest: 'ENDED_A_WAIT' }, { state: 'RUNNING' }), {
      begun: { wait: ended, childKeys },
      ended: overtaken.ended,
      effects: [...overtaken.effects, ...resumeEffects(begun)],
    });
  }
  return applied(inPhase(facts, { state: 'WAITING', wait: begun }), {
    begun: { wait: begun, childKeys },
    ended: overtaken.ended,
    effects: [...overtaken.effects, { kind: 'startWait', waitId }],
  });
}

function resume(operation: LiveOperation, event: Event<'resumed'>, circumstances: Circumstances): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  if (operation.state !== 'WAITING') return { outcome: 'ignored', reason: 'NOT_WAITING' };
  if (operation.wait.waitId !== event.waitId) return { outcome: 'ignored', reason: 'SUPERSEDED' };
  return endOpenWait(merge(operation, circumstances, {}), operation.wait, {
    kind: 'RESUMED',
    cause: event.cause,
    by: event.by,
    time: circumstances.now,
  });
}

function requestCancel(
  operation: LiveOperation,
  event: Event<'cancelRequested'>,
  circumstances: Circumstances,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  const effects: Effect[] = [{ kind: 'signalCancel', cause: event.eventId }];
  const waitId = operation.state === 'WAITING' ? operation.wait.waitId : undefined;
  if (event.cascade) effects.push({ kind: 'cancelChildren', cause: event.eventId, waitId });
  if (operation.state === 'WAITING') {
    const end: Resumption = { kind: 'RESUMED', cause: 'CANCEL', by: 'cancel', time: circumstances.now };
    const resumed = endOpenWait(
      merge(operation, circumstances, { cancelRequest: 'ENDED_A_WAIT' }),
      operation.wait,
      end,
    );
    return { ...resumed, effects: [...effects, ...resumed.effects] };
  }
  return applied(merge(operation, circumstances, { cancelRequest: 'REQUESTED' }), { effects });
}

type Result = { state: 'SUCCEEDED'; response: AnyValue } | { state: 'FAILED' | 'CANCELLED'; error: Status };

/** I1: the first terminal event stands. */
function finish(
  operation: LiveOperation,
  event: EventHeader,
  circumstances: Circumstances,
  result: Result,
): Transition {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  const given = giveUpWait(operation, 'TERMINAL', circumstances);
  const facts = merge(operation, circumstances, {});
  const next: TerminalOperation = inPhase(facts, {
    ...result,
    completeTime: event.occurTime,
    expireTime: expireTime(facts, event.occurTime, circumstances),
    terminalEventId: event.eventId,
  });
  return applied(next, { ended: given.ended, effects: [...given.effects, { kind: 'publishCompletion' }] });
}

/** I5: what is kept is kept for late events, so at least as long as they may come, whatever the operation's own ttl. */
function remove(operation: LiveOperation, circumstances: Circumstances): Transition {
  const { name, createTime } = operation;
  const { now, defaultTtl } = circumstances;
  const given = giveUpWait(operation, 'DELETED', circumstances);
  const next: DeletedOperation = {
    ...{ name, createTime, updateTime: now, cancelRequest: 'NONE' },
    ...{ state: 'DELETED', deleteTime: now },
    expireTime: Math.max(expireTime(operation, now, circumstances), now + defaultTtl),
  };
  return applied(next, given);
}

function cycle(path: readonly OperationName[]): Status {
  return {
    code: FAILED_PRECONDITION_CODE,
    message: `The wait would make a cycle: ${path.join(' waits for ')}.`,
    details: [],
  };
}

/** The operation with `changes`, in the phase it is in. */
function merge<O extends LiveOperation>(
  operation: O,
  { now }: Circumstances,
  changes: Partial<OperationFacts>,
): O {
  return { ...operation, ...changes, updateTime: now };
}

function metadataOf(operation: Operation, event: EventHeader & { metadata?: AnyValue }) {
  return newest(operation.metadata, register(event.metadata, event));
}

function savepointOf(operation: Operation, event: EventHeader & Savepoint) {
  return {
    checkpoint: newest(operation.checkpoint, register(event.checkpoint, event)),
    resumePoint: newest(operation.resumePoint, register(event.resumePoint, event)),
  };
}

function register<T>(value: T | undefined, { order }: EventHeader): Register<T> | undefined {
  return value === undefined ? undefined : { value, order };
}

/** Counted from completion as the orchestrator sees it: a worker's clock that is late must not remove the result early. */
function expireTime(facts: OperationFacts, completeTime: number, { now, defaultTtl }: Circumstances): number {
  return Math.max(completeTime, now) + (facts.creation?.value.ttl ?? defaultTtl);
}
