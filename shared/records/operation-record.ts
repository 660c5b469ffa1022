import type { EventOrder, Register } from '../lifecycle/event-order.ts';
import type { CancelRequest, Creation, Operation, OperationFacts } from '../lifecycle/operation.ts';
import { isDeleted, isTerminal, type TerminalPhase } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { decodeOperation, encodeOperation } from '../messages/operation.ts';
import { Failure } from '../orchestrator/ports/failure.ts';

/**
 * An operation laid flat, one field a column of a store. Name, metadata and result are in `message`, the others are
 * what google.longrunning.Operation has no place for. A register's order stands beside its value, and is what says
 * that there is a value. The open wait is a record of its own; this one names it.
 */
export interface OperationRecord {
  readonly name: OperationName;
  /** The bytes of the google.longrunning.Operation. */
  readonly message: Uint8Array;
  readonly state: Operation['state'];
  readonly metadataOrder?: string;
  readonly creationOrder?: string;
  readonly method?: string;
  readonly parent?: string;
  readonly labels?: Creation['labels'];
  readonly ttl?: number;
  readonly checkpoint?: Uint8Array;
  readonly checkpointOrder?: string;
  readonly resumePoint?: string;
  readonly resumePointOrder?: string;
  readonly cancelRequest: CancelRequest;
  readonly lastWait?: string;
  readonly waitId?: string;
  readonly createTime: number;
  readonly updateTime: number;
  /** When nothing of it was left to do: it became terminal, or was deleted. */
  readonly completeTime?: number;
  readonly expireTime?: number;
  readonly terminalEventId?: string;
  readonly errorCode?: number;
}

export function toOperationRecord(operation: Operation): OperationRecord {
  const { name, creation, metadata, checkpoint, resumePoint, cancelRequest, lastWait } = operation;
  return {
    name,
    message: encodeOperation(operation),
    state: operation.state,
    metadataOrder: metadata?.order,
    creationOrder: creation?.order,
    method: creation?.value.method,
    parent: creation?.value.parent,
    labels: creation?.value.labels,
    ttl: creation?.value.ttl,
    checkpoint: checkpoint?.value,
    checkpointOrder: checkpoint?.order,
    resumePoint: resumePoint?.value,
    resumePointOrder: resumePoint?.order,
    cancelRequest,
    lastWait,
    waitId: operation.state === 'WAITING' ? operation.wait.waitId : undefined,
    createTime: operation.createTime,
    updateTime: operation.updateTime,
    ...(isTerminal(operation) && {
      completeTime: operation.completeTime,
      expireTime: operation.expireTime,
      terminalEventId: operation.terminalEventId,
      errorCode: operation.state === 'SUCCEEDED' ? undefined : operation.error.code,
    }),
    ...(isDeleted(operation) && { completeTime: operation.deleteTime, expireTime: operation.expireTime }),
  };
}

/** `wait` is the open wait that the record names. */
export function fromOperationRecord(record: OperationRecord, wait: OpenWait | undefined): Operation {
  const { metadata, error, response } = decodeOperation(record.message);
  const facts: OperationFacts = {
    name: record.name,
    creation: creationOf(record),
    metadata: register(metadata, record.metadataOrder),
    checkpoint: register(record.checkpoint, record.checkpointOrder),
    resumePoint: register(record.resumePoint, record.resumePointOrder),
    cancelRequest: record.cancelRequest,
    lastWait: record.lastWait as EventOrder | undefined,
    createTime: record.createTime,
    updateTime: record.updateTime,
  };
  switch (record.state) {
    case 'RUNNING':
      return { ...facts, state: record.state };
    case 'WAITING':
      return { ...facts, state: record.state, wait: present(wait, record) };
    case 'SUCCEEDED':
      return { ...facts, ...terminal(record), state: record.state, response: present(response, record) };
    case 'FAILED':
    case 'CANCELLED':
      return { ...facts, ...terminal(record), state: record.state, error: present(error, record) };
    case 'DELETED':
      return {
        ...facts,
        state: record.state,
        deleteTime: present(record.completeTime, record),
        expireTime: present(record.expireTime, record),
      };
  }
}

function creationOf(record: OperationRecord): OperationFacts['creation'] {
  const { creationOrder, method, parent, labels, ttl } = record;
  if (creationOrder === undefined) return undefined;
  const value: Creation = {
    method: present(method, record),
    labels: labels ?? {},
    ...(parent !== undefined && { parent: parent as OperationName }),
    ...(ttl !== undefined && { ttl }),
  };
  return { value, order: creationOrder as EventOrder };
}

function terminal(
  record: OperationRecord,
): Pick<TerminalPhase, 'completeTime' | 'expireTime' | 'terminalEventId'> {
  return {
    completeTime: present(record.completeTime, record),
    expireTime: present(record.expireTime, record),
    terminalEventId: present(record.terminalEventId, record),
  };
}

function register<T>(value: T | undefined, order: string | undefined): Register<T> | undefined {
  return value === undefined || order === undefined ? undefined : { value, order: order as EventOrder };
}

/** A record that lacks what its state needs was written by something else than this code. */
function present<T>(value: T | undefined, { name, state }: OperationRecord): T {
  if (value === undefined) throw new Failure('permanent', `The row of ${name} is broken for state ${state}.`);
  return value;
}
