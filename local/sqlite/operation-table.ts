import type { FinalState, Operation, OperationState } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { NameHolder } from '../../shared/lifecycle/spawn.ts';
import type { ParentState } from '../../shared/orchestrator/ports/commit.ts';
import type { DueOperation } from '../../shared/orchestrator/ports/due-work.ts';
import { decodeAny } from '../../shared/records/any-record.ts';
import { decodeControl } from '../../shared/records/control-record.ts';
import type { ChildOperationRecord } from '../../shared/records/listed-children.ts';
import type { OperationRecord } from '../../shared/records/operation-record.ts';
import type { AbsentNames } from './absent-names.ts';
import type { ChangedNames } from './changed-names.ts';
import { columnStatements, NOTHING } from './column-statements.ts';
import type { Connection, Query, SqlValue } from './connection.ts';
import { COLUMNS, type Row, rowOf, type StoredOperation, storedOperation } from './operation-row.ts';
import { RecentOperations } from './recent-operations.ts';
import type { RowCaches } from './row-caches.ts';
import { RowNumbers } from './row-numbers.ts';

/** The values of a JSON array of strings. */
const LISTED = '(SELECT value FROM json_each(?))';

export type OperationTable = ReturnType<typeof operationTable>;

export function operationTable(
  connection: Connection,
  changed: ChangedNames,
  caches: RowCaches,
  absent: AbsentNames,
  maxRecent: number,
) {
  const byName = connection.query<Row>(`SELECT ${COLUMNS.join(', ')}, id FROM operations WHERE name = ?`);
  const insert = columnStatements((columns) => {
    const marks = columns.map(() => '?').join(', ');
    return connection.command(
      `INSERT INTO operations (${columns.join(', ')}, name, id) VALUES (${marks}, ?, ?)`,
    );
  });
  const update = columnStatements((columns) => {
    const changes = columns.map((column) => `${column} = ?`).join(', ');
    return connection.command(`UPDATE operations SET ${changes} WHERE id = ?`);
  });
  const activeChildren = connection.query<[OperationName]>(
    `SELECT name FROM operations
     WHERE parent = ? AND complete_time IS NULL AND name > ? ORDER BY name LIMIT ?`,
  );
  const reruns = connection.query<[OperationName]>(
    'SELECT name FROM operations WHERE rerun_of = ? ORDER BY create_time DESC, name LIMIT ?',
  );
  const holders = connection.query<
    [OperationName, string, string | null, string | null, string | null, Uint8Array | null]
  >(`SELECT name, state, creation_order, method, parent, input FROM operations WHERE name IN ${LISTED}`);
  const existing = connection.query<[OperationName]>(`SELECT name FROM operations WHERE name IN ${LISTED}`);
  const state = connection.query<[ParentState['state'], number | null, string | null]>(
    'SELECT state, attempt, control FROM operations WHERE name = ?',
  );
  const children = connection.query<[string, OperationState, string | null, number, number | null, number]>(
    `SELECT name, state, method, create_time, complete_time, length(message)
     FROM operations WHERE name IN ${LISTED} AND state <> 'DELETED'`,
  );
  const final = connection.query<[string, FinalState]>(
    `SELECT name, state FROM operations WHERE name IN ${LISTED} AND complete_time IS NOT NULL`,
  );
  const messages = connection.query<[string, Uint8Array]>(
    `SELECT name, message FROM operations WHERE name IN ${LISTED}`,
  );
  const due = connection.query<[OperationName, string | null, number]>(
    'SELECT name, method, due_time FROM operations WHERE due_time <= ? ORDER BY due_time LIMIT ?',
  );
  // The index holds only rows that have a due time: without the condition SQLite would read the whole table.
  const nextDue = connection.query<[number | null]>(
    'SELECT MIN(due_time) FROM operations WHERE due_time IS NOT NULL',
  );
  const postponeDue = connection.command(
    'UPDATE operations SET due_time = ? WHERE name = ? AND due_time = ?',
  );

  /** Reads rows by the names of their operations. */
  const allOf = <R extends readonly SqlValue[]>(query: Query<R>, names: readonly string[]): readonly R[] => {
    const values = [JSON.stringify(names)];
    return changed.hasAny(names) ? query.all(values) : query.allSettled(values);
  };
  const recent = new RecentOperations(caches, maxRecent);
  const numbers = new RowNumbers(connection, 'operations', caches);

  return {
    read(name: OperationName): StoredOperation | undefined {
      const known = recent.get(name);
      if (known) return known;
      if (absent.has(name)) return undefined;
      const row = changed.has(name) ? byName.first([name]) : byName.firstSettled([name]);
      return row && storedOperation(name, row);
    },
    /** Returns those of the names that no operation has. */
    absentOf(names: readonly OperationName[]): Set<OperationName> {
      const found = new Set(names);
      const unknown = names.filter((name) => !absent.has(name));
      if (unknown.length > 0) for (const [name] of allOf(existing, unknown)) found.delete(name);
      return found;
    },
    /** Returns the number of the new row. `eventId` is the event that creates the operation. */
    insert(operation: Operation, historyLength: number, eventId?: string): number {
      const row = rowOf(numbers.take(), operation, historyLength, eventId === undefined ? [] : [eventId]);
      insert(NOTHING, row.values, operation.name, row.id);
      absent.remove(operation.name);
      changed.add(operation.name);
      recent.keep(row);
      return row.id;
    },
    /**
     * @param before the operation that the change was decided on
     * @param eventId the event that its history gets
     */
    update(
      { id, values, record, eventIds }: StoredOperation,
      before: Operation,
      operation: Operation,
      historyLength: number,
      eventId?: string,
    ) {
      const row = rowOf(id, operation, historyLength, withEvent(eventIds, eventId), {
        operation: before,
        record,
      });
      update(values, row.values, id);
      changed.add(operation.name);
      recent.keep(row);
    },
    activeChildren(parent: OperationName, limit: number, after = ''): readonly OperationName[] {
      return activeChildren.all([parent, after, limit]).map(([name]) => name);
    },
    /** The newest first. */
    reruns: (of: OperationName, limit: number): readonly OperationName[] =>
      reruns.all([of, limit]).map(([name]) => name),
    nameHolders(names: readonly OperationName[]): ReadonlyMap<OperationName, NameHolder> {
      return new Map(
        allOf(holders, names).map(([name, itsState, creationOrder, method, parent, input]) => [
          name,
          {
            name,
            deleted: itsState === 'DELETED',
            creation:
              creationOrder === null
                ? undefined
                : {
                    method: method ?? '',
                    parent: (parent ?? undefined) as OperationName | undefined,
                    input: input ? decodeAny(input) : undefined,
                  },
          },
        ]),
      );
    },
    parentState(name: OperationName): ParentState | undefined {
      const known = recent.record(name);
      if (known) return parentStateOf(known.state, known.attempt, known.control);
      const row = changed.has(name) ? state.first([name]) : state.firstSettled([name]);
      return row && parentStateOf(row[0], row[1] ?? undefined, row[2] ?? undefined);
    },
    /** Reads what lists show of children. Leaves out those that were deleted or do not exist. */
    childRecords(names: readonly string[]): ReadonlyMap<string, ChildOperationRecord> {
      const records = new Map<string, ChildOperationRecord>();
      const unknown = names.filter((name) => {
        const known = recent.record(name);
        if (known && known.state !== 'DELETED') records.set(name, childRecordOf(known, known.state));
        return !known;
      });
      if (unknown.length === 0) return records;
      for (const [name, itsState, method, createTime, completeTime, bytes] of allOf(children, unknown)) {
        records.set(name, {
          state: itsState,
          createTime,
          bytes,
          method: method ?? undefined,
          completeTime: completeTime ?? undefined,
        });
      }
      return records;
    },
    /** Returns the final states of those that are terminal. */
    finalStates(names: readonly string[]): ReadonlyMap<string, FinalState> {
      const found = new Map<string, FinalState>();
      const unknown = names.filter((name) => {
        const known = recent.record(name);
        if (known?.completeTime !== undefined) found.set(name, known.state as FinalState);
        return !known;
      });
      if (unknown.length > 0) for (const [name, state] of allOf(final, unknown)) found.set(name, state);
      return found;
    },
    /** Returns the bytes of the google.longrunning.Operations. */
    messages(names: readonly string[]): ReadonlyMap<string, Uint8Array> {
      const found = new Map<string, Uint8Array>();
      const unknown = names.filter((name) => {
        const known = recent.record(name);
        if (known) found.set(name, known.message);
        return !known;
      });
      if (unknown.length > 0)
        for (const [name, message] of allOf(messages, unknown)) found.set(name, message);
      return found;
    },
    due(now: number, limit: number): readonly DueOperation[] {
      return due
        .all([now, limit])
        .map(([name, method, dueTime]) => ({ name, method: method ?? '', dueTime }));
    },
    nextDueTime: (): number | undefined => nextDue.first([])?.[0] ?? undefined,
    postponeDue({ name, dueTime }: DueOperation, later: number): void {
      recent.forget(name);
      changed.add(name);
      postponeDue.run([later, name, dueTime]);
    },
  };
}

/** The largest number of event ids of one operation in memory. */
const MAX_EVENT_IDS = 16;

function withEvent(known: readonly string[] | undefined, eventId: string | undefined) {
  if (eventId === undefined || known === undefined) return known;
  return known.length < MAX_EVENT_IDS ? [...known, eventId] : undefined;
}

function parentStateOf(
  state: ParentState['state'],
  attempt: number | undefined,
  control: string | undefined,
): ParentState {
  if (control === undefined) return { state };
  const { childrenStop } = decodeControl(control, attempt ?? 0, state);
  return childrenStop ? { state, childrenStop } : { state };
}

function childRecordOf(
  { method, createTime, completeTime, message }: OperationRecord,
  state: OperationState,
): ChildOperationRecord {
  return { state, createTime, bytes: message.byteLength, method, completeTime };
}
