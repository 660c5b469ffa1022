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
 *
 * (1) A `waiting` that is older than the newest one begins no wait; one that would make a cycle fails the operation;
 *     one that comes after a cancel request that has not ended a wait yet ends at once with CANCEL.
 *
 * Invariants, which the property tests cite:
 *  I1  A terminal state and its result never change.
 *  I2  A wait is resumed at most once.
 *  I3  For one worker's lifecycle, every order and any duplication of its events gives the same operation: method,
 *      parent and labels are those of the oldest `created`; metadata, checkpoint and resume point are each the newest.
 *  I4  An operation that is WAITING names a wait that is open, and no other wait of it is.
 */
import type { Effect } from './effect.ts';
import type { EventHeader, LifecycleEvent, Savepoint } from './event.ts';
import { newest, oldest, type Register } from './event-order.ts';
import {
  type ActiveOperation,
  inPhase,
  isTerminal,
  type Operation,
  type OperationFacts,
  type TerminalOperation,
} from './operation.ts';
import type { OperationName } from './operation-name.ts';
import { type Applied, applied, type Circumstances, type Transition } from './outcome.ts';
import { type AnyValue, CANCELLED_CODE, FAILED_PRECONDITION_CODE, type Status } from './result.ts';
import { type EndedWait, externalKey, type OpenWait, type Resumption, type WaitEnd } from './wait.ts';

type Event<T extends LifecycleEvent['type']> = EventHeader & Extract<LifecycleEvent, { type: T }>;

export function transition(
  before: Operation | undefined,
  event: LifecycleEvent,
  circumstances: Circumstances,
): Transition {
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

function create(operation: Operation, event: Event<'created'>, circumstances: Circumstances): Transition {
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

function wait(operation: Operation, event: Event<'waiting'>, circumstances: Circumstances): Transition {
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

function resume(operation: Operation, event: Event<'resumed'>, circumstances: Circumstances): Transition {
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
  operation: Operation,
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
  operation: Operation,
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

/** I2, I4: the operation goes on in the same step in which its wait ends. */
function endOpenWait(operation: Operation, open: OpenWait, end: Resumption): Applied {
  // The workflow that made the call ends by itself.
  const stop: Effect[] = end.by === 'workflow' ? [] : [{ kind: 'stopWorkflow', waitId: open.waitId }];
  return applied(inPhase(operation, { state: 'RUNNING' }), {
    ended: endWait(open, end),
    effects: [...resumeEffects(open), ...stop],
  });
}

function giveUpWait(operation: Operation, reason: 'SUPERSEDED' | 'TERMINAL', { now }: Circumstances) {
  if (operation.state !== 'WAITING') return { ended: undefined, effects: [] };
  const effects: Effect[] = [{ kind: 'stopWorkflow', waitId: operation.wait.waitId }];
  return { ended: endWait(operation.wait, { kind: 'ABANDONED', reason, time: now }), effects };
}

function endWait(open: OpenWait, end: WaitEnd): EndedWait {
  return { ...open, end };
}

function resumeEffects({ waitId, resumeMethod }: OpenWait): Effect[] {
  const signal: Effect = { kind: 'signalResume', waitId };
  return resumeMethod === undefined ? [signal] : [signal, { kind: 'callResumeMethod', waitId }];
}

function cycle(path: readonly OperationName[]): Status {
  return {
    code: FAILED_PRECONDITION_CODE,
    message: `The wait would make a cycle: ${path.join(' waits for ')}.`,
    details: [],
  };
}

/** The operation with `changes`, in the phase it is in. */
function merge<O extends Operation>(
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
