import type { AllFields } from '../lifecycle/all-fields.ts';
import { attemptNumber } from '../lifecycle/attempt.ts';
import { dueTime } from '../lifecycle/due.ts';
import type { EventOrder, Register } from '../lifecycle/event-order.ts';
import type { Operation } from '../lifecycle/operation.ts';
import { inPhase, isActive, isDeleted, isTerminal } from '../lifecycle/operation.ts';
import type { CancelRequest, Creation, OperationFacts } from '../lifecycle/operation-facts.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { decodeOperation, encodeOperation } from '../messages/operation.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import { decodeAny, encodeAny } from './any-record.ts';
import { type Control, decodeControl, encodeControl, lookTimeOf } from './control-record.ts';

/**
 * An operation as one flat row, one field for each column of a store. `message` holds name, metadata and result. The
 * other fields have no place in google.longrunning.Operation. Each last-writer-wins value has its order in a column
 * beside it, and the value is present if the order is. The open wait is a record of its own, which this one names.
 *
 * Every record has all fields, in this order, so that records have one shape.
 */
export interface OperationRecord {
  readonly name: OperationName;
  /** The bytes of the google.longrunning.Operation. */
  readonly message: Uint8Array;
  readonly state: Operation['state'];
  readonly cancelRequest: CancelRequest;
  readonly createTime: number;
  readonly updateTime: number;
  readonly method?: string;
  readonly parent?: string;
  readonly labels?: Creation['labels'];
  readonly errorCode?: number;
  /** When the operation needed no more work: it ended, or was deleted. */
  readonly completeTime?: number;
  readonly expireTime?: number;
  readonly ttl?: number;
  readonly terminalEventId?: string;
  readonly waitId?: string;
  readonly lastWait?: string;
  readonly creationOrder?: string;
  readonly metadataOrder?: string;
  readonly checkpoint?: Uint8Array;
  readonly checkpointOrder?: string;
  readonly resumePoint?: string;
  readonly resumePointOrder?: string;
  /** The number of the current attempt. Absent if there is none. */
  readonly attempt?: number;
  readonly rerunOf?: string;
  /** The bytes of the google.protobuf.Any. */
  readonly input?: Uint8Array;
  /** The JSON of the DispatchTerms. */
  readonly dispatch?: string;
  /** See control-record.ts. */
  readonly control?: string;
  /** See dueTime of lifecycle/due.ts. */
  readonly dueTime?: number;
}

/** An operation as it was read, with the record from which it was read. */
export interface Recorded {
  readonly operation: Operation;
  readonly record: OperationRecord;
}

/** `before` is the record of the operation before the change. Its unchanged bytes are reused. */
export function toOperationRecord(operation: Operation, before?: Recorded): OperationRecord {
  const { name, creation, metadata, checkpoint, resumePoint, cancelRequest, lastWait, attempts } = operation;
  const value = creation?.value;
  const known = before !== undefined && creation === before.operation.creation ? before.record : undefined;
  const ended = isTerminal(operation) ? operation : undefined;
  return {
    name,
    message: messageOf(operation, before),
    state: operation.state,
    cancelRequest,
    createTime: operation.createTime,
    updateTime: operation.updateTime,
    method: value?.method,
    parent: value?.parent,
    labels: value?.labels,
    errorCode: ended && ended.state !== 'SUCCEEDED' ? ended.error.code : undefined,
    completeTime: isDeleted(operation) ? operation.deleteTime : ended?.completeTime,
    expireTime: isActive(operation) ? undefined : operation.expireTime,
    ttl: value?.ttl,
    terminalEventId: ended?.terminalEventId,
    waitId: operation.state === 'WAITING' ? operation.wait.waitId : undefined,
    lastWait,
    creationOrder: creation?.order,
    metadataOrder: metadata?.order,
    checkpoint: checkpoint?.value,
    checkpointOrder: checkpoint?.order,
    resumePoint: resumePoint?.value,
    resumePointOrder: resumePoint?.order,
    attempt: attemptNumber(attempts) || undefined,
    rerunOf: value?.rerunOf,
    input: known ? known.input : value?.input && encodeAny(value.input),
    dispatch: known ? known.dispatch : value?.dispatch && JSON.stringify(value.dispatch),
    control: encodeControl(operation),
    dueTime: dueTime(operation),
  } satisfies AllFields<OperationRecord>;
}

/** The encoded google.longrunning.Operation. The bytes of `before` are reused if neither metadata nor result changed. */
function messageOf(operation: Operation, before: Recorded | undefined): Uint8Array {
  const isSame =
    before !== undefined &&
    before.operation.metadata === operation.metadata &&
    isActive(before.operation) &&
    isActive(operation);
  return isSame ? before.record.message : encodeOperation(operation);
}

/** `wait` is the open wait that the record names. */
export function fromOperationRecord(record: OperationRecord, wait: OpenWait | undefined): Operation {
  const { metadata, error, response } = decodeOperation(record.message);
  const control = decodeControl(record.control, record.attempt ?? 0, record.state);
  // Field by field: every event passes through here, and spreads would cost more than everything else in this function.
  const facts: AllFields<OperationFacts> = {
    name: record.name,
    creation: creationOf(record, control),
    metadata: register(metadata, record.metadataOrder),
    checkpoint: register(record.checkpoint, record.checkpointOrder),
    resumePoint: register(record.resumePoint, record.resumePointOrder),
    cancelRequest: record.cancelRequest,
    cancelTime: control.cancelTime,
    childrenStop: control.childrenStop,
    attempts: control.attempts,
    tries: control.tries,
    resumption: control.resumption,
    lastResort: control.lastResort,
    keptNotifications: control.keptNotifications,
    lastWait: record.lastWait as EventOrder | undefined,
    trace: control.trace,
    createTime: record.createTime,
    updateTime: record.updateTime,
  };
  switch (record.state) {
    case 'RUNNING':
      return inPhase(facts, { state: record.state, handover: control.handover });
    case 'WAITING': {
      const open = present(wait, record);
      return inPhase(facts, { state: record.state, wait: open, lookTime: lookTimeOf(control, open) });
    }
    case 'SUCCEEDED':
      return inPhase(facts, {
        state: record.state,
        response: present(response, record),
        completeTime: present(record.completeTime, record),
        expireTime: present(record.expireTime, record),
        terminalEventId: present(record.terminalEventId, record),
      });
    case 'FAILED':
    case 'CANCELLED':
      return inPhase(facts, {
        state: record.state,
        error: present(error, record),
        completeTime: present(record.completeTime, record),
        expireTime: present(record.expireTime, record),
        terminalEventId: present(record.terminalEventId, record),
      });
    case 'DELETED':
      return inPhase(facts, {
        state: record.state,
        deleteTime: present(record.completeTime, record),
        expireTime: present(record.expireTime, record),
      });
  }
}

function creationOf(
  record: OperationRecord,
  { timeoutMs, deadline, keepsSucceeded }: Pick<Control, 'timeoutMs' | 'deadline' | 'keepsSucceeded'>,
): OperationFacts['creation'] {
  const { creationOrder, method, parent, labels, ttl, input, dispatch, rerunOf } = record;
  if (creationOrder === undefined) return undefined;
  const value: AllFields<Creation> = {
    method: present(method, record),
    parent: parent as OperationName | undefined,
    labels: labels ?? {},
    ttl,
    input: input && decodeAny(input),
    dispatch: dispatch === undefined ? undefined : JSON.parse(dispatch),
    timeoutMs,
    deadline,
    rerunOf: rerunOf as OperationName | undefined,
    keepsSucceeded,
  };
  return { value, order: creationOrder as EventOrder };
}

function register<T>(value: T | undefined, order: string | undefined): Register<T> | undefined {
  return value === undefined || order === undefined ? undefined : { value, order: order as EventOrder };
}

/** The record lacks a field that its state requires, so other code wrote it. */
function present<T>(value: T | undefined, { name, state }: OperationRecord): T {
  if (value === undefined) throw new Failure('internal', `The row of ${name} is broken for state ${state}.`);
  return value;
}
