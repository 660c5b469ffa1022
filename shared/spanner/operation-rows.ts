import { isDeepStrictEqual } from 'node:util';
import type { AllFields } from '../lifecycle/all-fields.ts';
import type { Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { fromOperationRecord, type OperationRecord, type Recorded } from '../records/operation-record.ts';
import { bytesValue, type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { EMULATOR_HINT, prefixAfter, type Query, type Reader } from './reader.ts';
import type { Tables } from './tables.ts';
import { isOpen, WAIT_COLUMNS, waitOf } from './wait-rows.ts';

const COLUMNS = [
  ...['Operation', 'Checkpoint', 'ResumePoint', 'State', 'Method', 'Parent', 'Labels', 'ErrorCode'],
  ...['CreateTime', 'UpdateTime', 'CompleteTime', 'ExpireTime', 'TtlMillis', 'TerminalEventId'],
  ...['CancelRequest', 'WaitId', 'LastWait', 'CreationOrder', 'MetadataOrder', 'CheckpointOrder'],
  ...['ResumePointOrder', 'HistoryLength', 'Attempt', 'RerunOf', 'Input', 'Dispatch', 'Control', 'DueTime'],
  'RemoveTime',
];

export interface StoredOperation extends Recorded {
  readonly historyLength: number;
  /** Whether the row is marked for the row deletion policy. */
  readonly isLetGo: boolean;
  /** The requested event ids that the history contains. */
  readonly seen: ReadonlySet<string>;
}

/** The result of one query for operations: the rows, and the open waits that they name. */
export async function readStored(
  reader: Reader,
  names: readonly OperationName[],
): Promise<ReadonlyMap<OperationName, StoredOperation>> {
  const found = await readNames(reader, names);
  return new Map([...found].flatMap(([name, { stored }]) => (stored ? [[name, stored]] : [])));
}

/** The result of the query for one name. */
export interface FoundName {
  /** Absent if no operation has the name. */
  readonly stored?: StoredOperation;
  /** The additional columns. */
  readonly beside: Cells;
}

/** Additional columns that a query reads for each name, which the SQL calls `wanted`. */
export interface Beside {
  readonly eventIds?: readonly string[];
  readonly columns?: readonly string[];
  readonly params?: Query['params'];
}

/** Reads the operations of the names, their open waits and the additional columns, in one query. */
export async function readNames(
  reader: Reader,
  names: readonly OperationName[],
  beside: Beside = {},
): Promise<ReadonlyMap<OperationName, FoundName>> {
  if (names.length === 0) return new Map();
  const rows = await reader.query(namesQuery(reader.tables, names, beside));
  return new Map(
    rows
      .map(cellsOf)
      .map((cells) => [
        required(cells.text('name')) as OperationName,
        { beside: cells, stored: cells.text('State') === undefined ? undefined : storedOf(cells) },
      ]),
  );
}

function namesQuery(
  { operations, waits, history }: Tables,
  names: readonly OperationName[],
  { eventIds = [], columns = [], params }: Beside,
): Query {
  const seen = `ARRAY(
      SELECT h.EventId FROM ${history} AS h WHERE h.key = wanted AND h.EventId IN UNNEST(@eventIds)
    ) AS Seen`;
  const selected = [
    'wanted AS name',
    ...COLUMNS.map((column) => `o.${column}`),
    ...WAIT_COLUMNS.map((column) => `w.${column} AS Wait${column}`),
    ...(eventIds.length > 0 ? [seen] : []),
    ...columns,
  ];
  const sql = `
    SELECT ${selected.join(', ')}
    FROM UNNEST(@names) AS wanted
    LEFT JOIN@{JOIN_METHOD=APPLY_JOIN} ${operations} AS o ON o.key = wanted
    LEFT JOIN@{JOIN_METHOD=APPLY_JOIN} ${waits} AS w ON w.key = o.key AND w.WaitId = o.WaitId`;
  const all: Record<string, Query['params'][string]> = { ...params, names: [...names] };
  if (eventIds.length > 0) all.eventIds = [...eventIds];
  return { sql, params: all };
}

function storedOf(cells: Cells): StoredOperation {
  const name = required(cells.text('name')) as OperationName;
  const record = recordOf(name, cells);
  const wait = cells.text('Waitkey') === undefined ? undefined : waitOf(cells, 'Wait');
  return {
    operation: fromOperationRecord(record, wait && isOpen(wait) ? wait : undefined),
    record,
    historyLength: required(cells.int('HistoryLength')),
    isLetGo: cells.time('RemoveTime') !== undefined,
    seen: new Set(cells.texts('Seen')),
  };
}

export async function readOperation(reader: Reader, name: OperationName): Promise<Operation | undefined> {
  return (await readStored(reader, [name])).get(name)?.operation;
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

/** Reads the reruns of the operation, the newest first. */
export async function readReruns(
  reader: Reader,
  of: OperationName,
  limit: number,
): Promise<readonly OperationName[]> {
  const { operations, operationsByRerunOf } = reader.tables;
  const sql = `${EMULATOR_HINT}
    SELECT o.key FROM ${operations}@{FORCE_INDEX=${operationsByRerunOf}} AS o
    WHERE o.RerunOf = @of AND o.RerunOf IS NOT NULL ORDER BY o.CreateTime DESC, o.key LIMIT @limit`;
  const rows = await reader.query({ sql, params: { of, limit } });
  return rows.map((row) => required(cellsOf(row).text('key')) as OperationName);
}

/** All columns except those that the database computes. */
export function operationValues(record: OperationRecord, historyLength: number): RowValues {
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
    Attempt: record.attempt ?? null,
    RerunOf: record.rerunOf ?? null,
    Input: bytesValue(record.input),
    Dispatch: record.dispatch ?? null,
    Control: record.control ?? null,
    DueTime: timeValue(record.dueTime),
  };
}

/**
 * Returns the changed columns with the key of the row, or undefined if none changed. An unchanged column is not written again, because
 * a checkpoint or an input may have megabytes.
 */
export function changedValues(
  stored: StoredOperation,
  after: OperationRecord,
  historyLength: number,
): RowValues | undefined {
  const { record: before } = stored;
  const values = operationValues(after, historyLength);
  const old = operationValues(before, stored.historyLength);
  const changed = Object.keys(values).filter((column) =>
    // Spanner returns JSON with its keys in another order.
    column === 'Labels'
      ? !isDeepStrictEqual(before.labels, after.labels)
      : !isSame(old[column], values[column]),
  );
  if (changed.length === 0) return undefined;
  const written: Record<string, RowValues[string]> = {};
  for (const column of changed) written[column] = values[column] ?? null;
  // The database computes the key from the message.
  if (written.Operation === undefined) written.key = after.name;
  // The change may add an outbox entry, so `sweep` has to check the row again.
  if (stored.isLetGo) written.RemoveTime = null;
  return written;
}

type Value = RowValues[string] | undefined;

function isSame(one: Value, other: Value): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (one instanceof Buffer && other instanceof Buffer) return one.equals(other);
  return one === other;
}

function recordOf(name: OperationName, cells: Cells): OperationRecord {
  return {
    name,
    message: required(cells.proto('Operation')),
    state: required(cells.text('State')) as OperationRecord['state'],
    cancelRequest: required(cells.text('CancelRequest')) as OperationRecord['cancelRequest'],
    createTime: required(cells.time('CreateTime')),
    updateTime: required(cells.time('UpdateTime')),
    method: cells.text('Method'),
    parent: cells.text('Parent'),
    labels: cells.json('Labels') as OperationRecord['labels'],
    errorCode: cells.int('ErrorCode'),
    completeTime: cells.time('CompleteTime'),
    expireTime: cells.time('ExpireTime'),
    ttl: cells.int('TtlMillis'),
    terminalEventId: cells.text('TerminalEventId'),
    waitId: cells.text('WaitId'),
    lastWait: cells.text('LastWait'),
    creationOrder: cells.text('CreationOrder'),
    metadataOrder: cells.text('MetadataOrder'),
    checkpoint: cells.bytes('Checkpoint'),
    checkpointOrder: cells.text('CheckpointOrder'),
    resumePoint: cells.text('ResumePoint'),
    resumePointOrder: cells.text('ResumePointOrder'),
    attempt: cells.int('Attempt'),
    rerunOf: cells.text('RerunOf'),
    input: cells.bytes('Input'),
    dispatch: cells.text('Dispatch'),
    control: cells.text('Control'),
    dueTime: cells.time('DueTime'),
  } satisfies AllFields<OperationRecord>;
}
