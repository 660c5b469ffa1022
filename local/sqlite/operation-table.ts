import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { type OperationRecord, toOperationRecord } from '../../shared/records/operation-record.ts';
import type { Connection, SqlValue } from './connection.ts';

/** The columns of a record, in the order in which rows are written and read. */
const COLUMNS = [
  ...['message', 'state', 'method', 'parent', 'labels', 'error_code', 'create_time', 'update_time'],
  ...['complete_time', 'expire_time', 'ttl', 'terminal_event_id', 'cancel_request', 'wait_id', 'last_wait'],
  ...['creation_order', 'metadata_order', 'checkpoint', 'checkpoint_order', 'resume_point'],
  ...['resume_point_order', 'history_length'],
];

export interface StoredOperation {
  /** The row's number, by which other tables name it. */
  readonly id: number;
  readonly record: OperationRecord;
  readonly historyLength: number;
}

export type OperationTable = ReturnType<typeof operationTable>;

export function operationTable(connection: Connection) {
  const marks = COLUMNS.map(() => '?').join(', ');
  const byName = connection.query<Row>(`SELECT id, ${COLUMNS.join(', ')} FROM operations WHERE name = ?`);
  const insert = connection.command(
    `INSERT INTO operations (${COLUMNS.join(', ')}, name) VALUES (${marks}, ?)`,
  );
  const update = connection.command(
    `UPDATE operations SET ${COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
  );
  const activeChildren = connection.query<[OperationName]>(
    `SELECT name FROM operations
     WHERE parent = ? AND complete_time IS NULL AND name > ? ORDER BY name LIMIT ?`,
  );

  return {
    read(name: OperationName): StoredOperation | undefined {
      const row = byName.first([name]);
      return row && stored(name, row);
    },
    /** The number of the new row. */
    insert(operation: Operation, historyLength: number): number {
      return insert.run([...valuesOf(operation, historyLength), operation.name]).id;
    },
    update(id: number, operation: Operation, historyLength: number): void {
      update.run([...valuesOf(operation, historyLength), id]);
    },
    activeChildren(parent: OperationName, limit: number, after = ''): readonly OperationName[] {
      return activeChildren.all([parent, after, limit]).map(([name]) => name);
    },
  };
}

type Row = readonly [
  id: number,
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
];

function stored(name: OperationName, row: Row): StoredOperation {
  const [
    id,
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
  };
  return { id, record, historyLength };
}

function valuesOf(operation: Operation, historyLength: number): SqlValue[] {
  const record = toOperationRecord(operation);
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
  ];
}
