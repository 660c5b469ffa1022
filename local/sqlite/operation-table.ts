import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { type OperationRecord, toOperationRecord } from '../../shared/records/operation-record.ts';
import type { Command, Connection, SqlValue, Written } from './connection.ts';
import { recentOperations } from './recent-operations.ts';

/** The columns of a record, in the order in which rows are written and read. */
const COLUMNS = [
  ...['message', 'state', 'method', 'parent', 'labels', 'error_code', 'create_time', 'update_time'],
  ...['complete_time', 'expire_time', 'ttl', 'terminal_event_id', 'cancel_request', 'wait_id', 'last_wait'],
  ...['creation_order', 'metadata_order', 'checkpoint', 'checkpoint_order', 'resume_point'],
  ...['resume_point_order', 'history_length'],
];

/** An operation as its row has it. */
export interface StoredOperation {
  /** The row's number, by which other tables name it. */
  readonly id: number;
  readonly record: OperationRecord;
  readonly historyLength: number;
  /** The columns' values. */
  readonly values: readonly SqlValue[];
}

export type OperationTable = ReturnType<typeof operationTable>;

export function operationTable(connection: Connection) {
  const byName = connection.query<Row>(`SELECT ${COLUMNS.join(', ')}, id FROM operations WHERE name = ?`);
  const insert = columnStatements((columns) => {
    const marks = columns.map(() => '?').join(', ');
    return connection.command(`INSERT INTO operations (${columns.join(', ')}, name) VALUES (${marks}, ?)`);
  });
  const update = columnStatements((columns) => {
    const changes = columns.map((column) => `${column} = ?`).join(', ');
    return connection.command(`UPDATE operations SET ${changes} WHERE id = ?`);
  });
  const activeChildren = connection.query<[OperationName]>(
    `SELECT name FROM operations
     WHERE parent = ? AND complete_time IS NULL AND name > ? ORDER BY name LIMIT ?`,
  );

  const read = (name: OperationName): StoredOperation | undefined => {
    const row = byName.first([name]);
    return row && stored(name, row);
  };
  const recent = recentOperations(connection);

  return {
    participant: recent.participant,
    read,
    /** The same, within a transaction of the queue. */
    current: (name: OperationName): StoredOperation | undefined => recent.get(name) ?? read(name),
    /** The number of the new row. */
    insert(operation: Operation, historyLength: number): number {
      const row = rowOf(operation, historyLength);
      const { id } = insert(NOTHING, row.values, operation.name);
      recent.keep({ id, ...row });
      return id;
    },
    update({ id, values: before }: StoredOperation, operation: Operation, historyLength: number): void {
      const row = rowOf(operation, historyLength);
      update(before, row.values, id);
      recent.keep({ id, ...row });
    },
    activeChildren(parent: OperationName, limit: number, after = ''): readonly OperationName[] {
      return activeChildren.all([parent, after, limit]).map(([name]) => name);
    },
  };
}

const NOTHING: readonly null[] = COLUMNS.map(() => null);

/**
 * Writes the columns whose value is another than before, and no others: most events change few of them, and each costs.
 * There is a statement for each set of columns, prepared when it first comes.
 */
function columnStatements(prepare: (columns: readonly string[]) => Command) {
  const statements = new Map<number, Command>();
  return (before: readonly SqlValue[], after: readonly SqlValue[], row: SqlValue): Written => {
    const changed: SqlValue[] = [];
    let set = 0;
    for (const [index, value] of after.entries()) {
      if (value === before[index]) continue;
      changed.push(value);
      set |= 1 << index;
    }
    let statement = statements.get(set);
    if (!statement) {
      statement = prepare(COLUMNS.filter((_, index) => (set & (1 << index)) !== 0));
      statements.set(set, statement);
    }
    changed.push(row);
    return statement.run(changed);
  };
}

type Row = readonly [
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
  id: number,
];

function stored(name: OperationName, row: Row): StoredOperation {
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
  };
  return { id, record, historyLength, values: row };
}

function rowOf(operation: Operation, historyLength: number): Omit<StoredOperation, 'id'> {
  const record = toOperationRecord(operation);
  return { record, historyLength, values: valuesOf(record, historyLength) };
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
  ];
}
