/** The row of an operation: one column for each field of its record. */

import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import {
  type OperationRecord,
  type Recorded,
  toOperationRecord,
} from '../../shared/records/operation-record.ts';
import type { SqlValue } from './connection.ts';

/** The columns of a record, in the order in which rows are written and read. */
export const COLUMNS = [
  ...['message', 'state', 'method', 'parent', 'labels', 'error_code', 'create_time', 'update_time'],
  ...['complete_time', 'expire_time', 'ttl', 'terminal_event_id', 'cancel_request', 'wait_id', 'last_wait'],
  ...['creation_order', 'metadata_order', 'checkpoint', 'checkpoint_order', 'resume_point'],
  ...[
    'resume_point_order',
    'history_length',
    'attempt',
    'rerun_of',
    'input',
    'dispatch',
    'control',
    'due_time',
  ],
];

/** The record of an operation, and the row that holds it. */
export interface StoredOperation {
  /** The number of the row, by which other tables refer to it. */
  readonly id: number;
  readonly record: OperationRecord;
  /** What the record says. undefined if that has to be decoded, and for a waiting operation, because its wait changes by itself. */
  readonly operation: Operation | undefined;
  readonly historyLength: number;
  /** The values of the columns. */
  readonly values: readonly SqlValue[];
  /** The ids of all events in the history. undefined if they are not known. */
  readonly eventIds: readonly string[] | undefined;
}

export type Row = readonly [
  message: Uint8Array,
  state: OperationRecord['state'],
  method: string | null,
  parent: string | null,
  labels: string | null,
  errorCode: number | null,
  createTime: number,
  updateTime: number,
  completeTime: number | null,
  expireTime: number | null,
  ttl: number | null,
  terminalEventId: string | null,
  cancelRequest: OperationRecord['cancelRequest'],
  waitId: string | null,
  lastWait: string | null,
  creationOrder: string | null,
  metadataOrder: string | null,
  checkpoint: Uint8Array | null,
  checkpointOrder: string | null,
  resumePoint: string | null,
  resumePointOrder: string | null,
  historyLength: number,
  attempt: number | null,
  rerunOf: string | null,
  input: Uint8Array | null,
  dispatch: string | null,
  control: string | null,
  dueTime: number | null,
  id: number,
];

export function storedOperation(name: OperationName, row: Row): StoredOperation {
  const [
    message,
    state,
    method,
    parent,
    labels,
    errorCode,
    createTime,
    updateTime,
    completeTime,
    expireTime,
    ttl,
    terminalEventId,
    cancelRequest,
    waitId,
    lastWait,
    creationOrder,
    metadataOrder,
    checkpoint,
    checkpointOrder,
    resumePoint,
    resumePointOrder,
    historyLength,
    attempt,
    rerunOf,
    input,
    dispatch,
    control,
    dueTime,
    id,
  ] = row;
  const record: OperationRecord = {
    name,
    message,
    state,
    cancelRequest,
    createTime,
    updateTime,
    method: method ?? undefined,
    parent: parent ?? undefined,
    labels: labels === null ? undefined : JSON.parse(labels),
    errorCode: errorCode ?? undefined,
    completeTime: completeTime ?? undefined,
    expireTime: expireTime ?? undefined,
    ttl: ttl ?? undefined,
    terminalEventId: terminalEventId ?? undefined,
    waitId: waitId ?? undefined,
    lastWait: lastWait ?? undefined,
    creationOrder: creationOrder ?? undefined,
    metadataOrder: metadataOrder ?? undefined,
    checkpoint: checkpoint ?? undefined,
    checkpointOrder: checkpointOrder ?? undefined,
    resumePoint: resumePoint ?? undefined,
    resumePointOrder: resumePointOrder ?? undefined,
    attempt: attempt ?? undefined,
    rerunOf: rerunOf ?? undefined,
    input: input ?? undefined,
    dispatch: dispatch ?? undefined,
    control: control ?? undefined,
    dueTime: dueTime ?? undefined,
  };
  return { id, record, operation: undefined, historyLength, values: row, eventIds: undefined };
}

/** The row of an operation that was just decided. */
export function rowOf(
  id: number,
  operation: Operation,
  historyLength: number,
  eventIds: readonly string[] | undefined,
  before?: Recorded,
): StoredOperation {
  const record = toOperationRecord(operation, before);
  return {
    id,
    record,
    operation: operation.state === 'WAITING' ? undefined : operation,
    historyLength,
    values: valuesOf(record, historyLength),
    eventIds,
  };
}

function valuesOf(record: OperationRecord, historyLength: number): SqlValue[] {
  return [
    record.message,
    record.state,
    record.method ?? null,
    record.parent ?? null,
    record.labels === undefined ? null : JSON.stringify(record.labels),
    record.errorCode ?? null,
    record.createTime,
    record.updateTime,
    record.completeTime ?? null,
    record.expireTime ?? null,
    record.ttl ?? null,
    record.terminalEventId ?? null,
    record.cancelRequest,
    record.waitId ?? null,
    record.lastWait ?? null,
    record.creationOrder ?? null,
    record.metadataOrder ?? null,
    record.checkpoint ?? null,
    record.checkpointOrder ?? null,
    record.resumePoint ?? null,
    record.resumePointOrder ?? null,
    historyLength,
    record.attempt ?? null,
    record.rerunOf ?? null,
    record.input ?? null,
    record.dispatch ?? null,
    record.control ?? null,
    record.dueTime ?? null,
  ];
}
