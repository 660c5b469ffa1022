import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { decodeOperation } from '../../shared/messages/operation.ts';
import type { Condition } from '../../shared/orchestrator/condition.ts';
import type { ListedOperation, ListQuery } from '../../shared/orchestrator/ports/list.ts';
import { type ConditionColumn, conditionSql, type SqlDialect } from '../../shared/records/condition-sql.ts';
import type { Connection, Query, SqlValue } from './connection.ts';
import { keepNewest } from './newest-entries.ts';

const COLUMNS: Readonly<Record<ConditionColumn, string>> = {
  name: 'name',
  state: 'state',
  method: 'method',
  parent: 'parent',
  rerunOf: 'rerun_of',
  attempt: 'attempt',
  createTime: 'create_time',
  updateTime: 'update_time',
  completeTime: 'complete_time',
  errorCode: 'error_code',
};

type Row = [name: OperationName, createTime: number, message: Uint8Array];

/** The largest number of prepared statements. Callers use few forms of a filter. */
const MAX_PREPARED = 64;

/** Lists operations. To prepare a statement takes longer than to run it, so the statements that were used last are kept. */
export function operationList(connection: Connection): (query: ListQuery) => readonly ListedOperation[] {
  const prepared = new Map<string, Query<Row>>();
  const preparedOf = (sql: string): Query<Row> => {
    const query = prepared.get(sql) ?? connection.query<Row>(sql);
    prepared.delete(sql);
    prepared.set(sql, query);
    keepNewest(prepared, MAX_PREPARED);
    return query;
  };
  return (query) => {
    const { sql, values } = listStatement(query);
    return preparedOf(sql)
      .all(values)
      .map(([name, createTime, message]) => ({
        name,
        createTime,
        bytes: message.length,
        view: decodeOperation(message),
      }));
  };
}

/** SQLite chooses the index: each index has the time after its leading columns. */
export function listStatement({ condition, after, limit }: ListQuery): { sql: string; values: SqlValue[] } {
  const { dialect, values } = sqliteDialect();
  const where = [
    ...(after ? [afterSql(dialect.bindTime(after.createTime), dialect.bind(after.name))] : []),
    liveConditionSql(condition, dialect),
  ].join(' AND ');
  const sql = `SELECT name, create_time, message FROM operations WHERE ${where}
    ORDER BY create_time DESC, name LIMIT ${dialect.bind(limit)}`;
  return { sql, values };
}

/** The condition of the query, for operations that are not deleted (`live`). */
export function liveConditionSql(
  condition: Condition,
  dialect: SqlDialect,
  live = "state <> 'DELETED'",
): string {
  return `${live} AND ${conditionSql(condition, dialect)}`;
}

export function afterSql(time: string, name: string): string {
  return `create_time <= ${time} AND (create_time < ${time} OR name > ${name})`;
}

/** Placeholders are numbered, so that one value can occur several times. */
export function sqliteDialect(): { dialect: SqlDialect; values: SqlValue[] } {
  const values: SqlValue[] = [];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const dialect: SqlDialect = {
    columns: COLUMNS,
    bind,
    bindTime: bind,
    // Keys contain no quotes: they are checked when labels are created and when a filter names them.
    label: (key) => `json_extract(labels, '$."' || ${key} || '"')`,
    startsWith: (text, part) => `substr(${text}, 1, length(${part})) = ${part}`,
    endsWith: (text, part) => `substr(${text}, -length(${part})) = ${part}`,
    contains: (text, part) => `instr(${text}, ${part}) > 0`,
  };
  return { dialect, values };
}
