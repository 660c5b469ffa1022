import type { FinalState, Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { outcomeOf } from '../lifecycle/wait.ts';
import { fromOperationRecord, type OperationRecord, toOperationRecord } from '../records/operation-record.ts';
import { bytesValue, type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { prefixAfter, type Reader } from './reader.ts';
import { isOpen, readWait } from './wait-rows.ts';

const COLUMNS = [
  ...['Operation', 'Checkpoint', 'ResumePoint', 'State', 'Method', 'Parent', 'Labels', 'ErrorCode'],
  ...['CreateTime', 'UpdateTime', 'CompleteTime', 'ExpireTime', 'TtlMillis', 'TerminalEventId'],
  ...['CancelRequest', 'WaitId', 'LastWait', 'CreationOrder', 'MetadataOrder', 'CheckpointOrder'],
  ...['ResumePointOrder', 'HistoryLength'],
];

export interface StoredOperation {
  readonly operation: Operation;
  readonly historyLength: number;
}

export async function readOperation(
  reader: Reader,
  name: OperationName,
): Promise<StoredOperation | undefined> {
  const [row] = await reader.read(reader.tables.operations, { columns: COLUMNS, keys: [[name]] });
  if (!row) return undefined;
  const cells = cellsOf(row);
  const record = recordOf(name, cells);
  const { waitId } = record;
  const wait = waitId === undefined ? undefined : await readWait(reader, { operation: name, waitId });
  return {
    operation: fromOperationRecord(record, wait && isOpen(wait) ? wait : undefined),
    historyLength: required(cells.int('HistoryLength')),
  };
}

/** Those of the operations that are terminal or deleted, as the children that they are. */
export async function readTerminalStates(reader: Reader, names: readonly OperationName[]) {
  const columns = ['key', 'State', 'CompleteTime'];
  const rows = await reader.read(reader.tables.operations, { columns, keys: names.map((name) => [name]) });
  return rows
    .map(cellsOf)
    .filter((cells) => cells.time('CompleteTime') !== undefined)
    .map((cells) => ({
      key: required(cells.text('key')),
      outcome: outcomeOf(required(cells.text('State')) as FinalState),
    }));
}

export async function readActiveChildren(
  reader: Reader,
  parent: OperationName,
  limit: number,
  after: OperationName | undefined,
): Promise<readonly OperationName[]> {
  const rows = await reader.read(reader.tables.operations, {
    index: reader.tables.operationsByActiveParent,
    columns: ['key'],
    ranges: [prefixAfter([parent, true], after)],
    limit,
  });
  return rows.map((row) => required(cellsOf(row).text('key')) as OperationName);
}

/** Every column but those that the database computes. */
export function operationValues(operation: Operation, historyLength: number): RowValues {
  const record = toOperationRecord(operation);
  return {
    Operation: bytesValue(record.message),
    Checkpoint: bytesValue(record.checkpoint),
    ResumePoint: record.resumePoint ?? null,
    State: record.state,
    Method: record.method ?? null,
    Parent: record.parent ?? null,
    Labels: record.labels === undefined ? null : JSON.stringify(record.labels),
    ErrorCode: record.errorCode ?? null,
    CreateTime: timeValue(record.createTime),
    UpdateTime: timeValue(record.updateTime),
    CompleteTime: timeValue(record.completeTime),
    ExpireTime: timeValue(record.expireTime),
    TtlMillis: record.ttl ?? null,
    TerminalEventId: record.terminalEventId ?? null,
    CancelRequest: record.cancelRequest,
    WaitId: record.waitId ?? null,
    LastWait: record.lastWait ?? null,
    CreationOrder: record.creationOrder ?? null,
    MetadataOrder: record.metadataOrder ?? null,
    CheckpointOrder: record.checkpointOrder ?? null,
    ResumePointOrder: record.resumePointOrder ?? null,
    HistoryLength: historyLength,
  };
}

function recordOf(name: OperationName, cells: Cells): OperationRecord {
  return {
    name,
    message: required(cells.proto('Operation')),
    state: required(cells.text('State')) as OperationRecord['state'],
    metadataOrder: cells.text('MetadataOrder'),
    creationOrder: cells.text('CreationOrder'),
    method: cells.text('Method'),
    parent: cells.text('Parent'),
    labels: cells.json('Labels') as OperationRecord['labels'],
    ttl: cells.int('TtlMillis'),
    checkpoint: cells.bytes('Checkpoint'),
    checkpointOrder: cells.text('CheckpointOrder'),
    resumePoint: cells.text('ResumePoint'),
    resumePointOrder: cells.text('ResumePointOrder'),
    cancelRequest: required(cells.text('CancelRequest')) as OperationRecord['cancelRequest'],
    lastWait: cells.text('LastWait'),
    waitId: cells.text('WaitId'),
    createTime: required(cells.time('CreateTime')),
    updateTime: required(cells.time('UpdateTime')),
    completeTime: cells.time('CompleteTime'),
    expireTime: cells.time('ExpireTime'),
    terminalEventId: cells.text('TerminalEventId'),
    errorCode: cells.int('ErrorCode'),
  };
}
