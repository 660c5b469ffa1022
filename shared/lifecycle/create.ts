/** A `created` event: fills in the method, parent, labels and input of an operation, and starts its work if it has dispatch. */
import { attemptNumber } from './attempt.ts';
import type { Effect } from './effect.ts';
import { dedupeKey, type EventOf, spawnEventId } from './event.ts';
import { type EventOrder, oldest, type Register } from './event-order.ts';
import { metadataOf, orderOf } from './facts.ts';
import { expireTime } from './finish.ts';
import { offerNextAttempt } from './handover.ts';
import { endOrCatch } from './last-resort.ts';
import { isTerminal, type LiveOperation } from './operation.ts';
import { type Creation, dispatchOf, type OperationFacts, START } from './operation-facts.ts';
import { applied, type Circumstances, type Rejected, type Transition } from './outcome.ts';
import { beginRerun } from './rerun-begin.ts';
import { CANCELLED, CODE } from './result.ts';

type Created = EventOf<'created'>;

export function create(operation: LiveOperation, event: Created, circumstances: Circumstances): Transition {
  const refusal = refusalOf(operation, event, circumstances);
  if (refusal) return refusal;
  if (dispatchOf(operation)) return { outcome: 'ignored', reason: 'SUPERSEDED' };
  const isFirst = operation.creation === undefined;
  const order = orderOf(operation, event);
  const creation = oldest(operation.creation, creationOf(operation, event, order));
  const { dispatch } = creation.value;
  const next: LiveOperation = {
    ...operation,
    creation,
    createTime: creation !== operation.creation ? event.occurTime : operation.createTime,
    metadata: metadataOf(operation, event, order),
    tries: dispatch ? 1 : operation.tries,
    resumption: dispatch ? START : operation.resumption,
    updateTime: circumstances.now,
  };
  const stop: Effect[] =
    isFirst && circumstances.parentStop
      ? [{ kind: 'cancelSelf', cause: circumstances.parentStop.eventId }]
      : [];
  if (isTerminal(next)) {
    return applied({ ...next, expireTime: expireTime(next, next.completeTime, circumstances) });
  }
  const { restart } = event;
  if (restart && operation.cancelRequest === 'NONE') {
    return beginRerun(next, event, order, restart, circumstances);
  }
  if (dispatch) return start(next, event, circumstances, stop);
  // The cancel request came before `created`, which names the method. Only now can the CANCEL signal reach that method's
  // workers.
  const late: Effect[] =
    isFirst && operation.cancelRequest !== 'NONE' ? [{ kind: 'signalCancel', cause: dedupeKey(event) }] : [];
  const work: Effect[] = isFirst && event.isOwnWork ? [{ kind: 'runBulk' }] : [];
  return applied(next, { effects: [...late, ...stop, ...work] });
}

/** Offers a dispatched operation to a worker. If a cancel request came first, ends the operation without starting it. */
function start(
  facts: OperationFacts,
  event: Created,
  circumstances: Circumstances,
  stop: readonly Effect[],
): Transition {
  const offered = offerNextAttempt(facts, circumstances.now);
  if (facts.cancelRequest !== 'NONE') {
    return endOrCatch(offered.next, event, circumstances, 'CANCEL', CANCELLED);
  }
  return applied(offered.next, { effects: [...offered.effects, ...stop] });
}

function refusalOf(
  operation: LiveOperation,
  event: Created,
  { reservedFor }: Circumstances,
): Rejected | undefined {
  if (isSpawned(event)) return undefined;
  if (reservedFor !== undefined && operation.creation === undefined) {
    return {
      outcome: 'rejected',
      field: 'operation',
      reason: `is reserved for a child that ${reservedFor} creates`,
      code: CODE.ALREADY_EXISTS,
    };
  }
  if (!event.creation.dispatch || dispatchOf(operation)) return undefined;
  if (!isUnderWay(operation)) return undefined;
  return {
    outcome: 'rejected',
    field: 'created.dispatch',
    reason: 'must not be given, because the operation was already created or has an attempt',
    code: CODE.FAILED_PRECONDITION,
  };
}

/** Whether the operation was created, or a worker has an attempt of it. The orchestrator then does not start another worker. */
function isUnderWay({ creation, attempts }: LiveOperation): boolean {
  return creation !== undefined || attemptNumber(attempts) > 0;
}

/** An operation that so far only events have made becomes the child. Its worker already has it. */
function creationOf(operation: LiveOperation, event: Created, order: EventOrder): Register<Creation> {
  const { creation: value } = event;
  if (!isSpawned(event)) return { value, order };
  // What the parent's event says of its child wins over any other `created`.
  return {
    value: isUnderWay(operation) ? { ...value, dispatch: undefined } : value,
    order: FIRST_OF_ALL,
  };
}

/** An order position before every event. */
const FIRST_OF_ALL = '' as EventOrder;

function isSpawned({ eventId, creation: { parent } }: Created): boolean {
  return parent !== undefined && eventId.startsWith(spawnEventId(parent, ''));
}
