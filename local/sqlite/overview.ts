import type { OperationState } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { decodeOperation } from '../../shared/messages/operation.ts';
import { progressPercentOf } from '../../shared/messages/progress.ts';
import type { Condition } from '../../shared/orchestrator/condition.ts';
import type {
  ListedSummary,
  OperationOverview,
  Statistics,
  StatisticsQuery,
  SummaryQuery,
} from '../../shared/orchestrator/ports/overview.ts';
import { minuteStatistics } from '../../shared/records/minute-statistics.ts';
import type { Connection, SqlValue } from './connection.ts';
import { afterSql, liveConditionSql, sqliteDialect } from './list.ts';

const MAX_METHODS = 200;
/**
 * The largest number of operations of the last hour that are read, newest first: enough for percentiles, and read in about
 * ten milliseconds.
 */
const MAX_SAMPLE = 20_000;

/** @param answer runs the read, and resolves once the data that it read is durable; rejects with a Failure */
export function sqliteOverview(
  connection: Connection,
  answer: <T>(read: () => T) => Promise<T>,
): OperationOverview {
  return {
    list: (query) => answer(() => list(connection, query)),
    statistics: (query) => answer(() => statistics(connection, query)),
  };
}

type Row = readonly [
  name: OperationName,
  state: OperationState,
  method: string | null,
  parent: OperationName | null,
  labels: string | null,
  createTime: number,
  updateTime: number,
  completeTime: number | null,
  cancelRequest: string,
  attempt: number | null,
  message: Uint8Array,
];

function list(
  connection: Connection,
  { condition, after, limit, skip }: SummaryQuery,
): readonly ListedSummary[] {
  const { dialect, values } = sqliteDialect();
  const behind = after
    ? `${afterSql(dialect.bindTime(after.createTime), dialect.bind(after.name))} AND `
    : '';
  const sql = `SELECT name, state, method, parent, labels, create_time, update_time, complete_time,
      cancel_request, attempt, message
    FROM operations WHERE ${behind}${liveConditionSql(condition, dialect)}
    ORDER BY create_time DESC, name LIMIT ${dialect.bind(limit)} OFFSET ${dialect.bind(skip)}`;
  return connection.query<Row>(sql).all(values).map(summaryOfRow);
}

function summaryOfRow(row: Row): ListedSummary {
  const [
    name,
    state,
    method,
    parent,
    labels,
    createTime,
    updateTime,
    completeTime,
    cancelRequest,
    attempt,
    message,
  ] = row;
  const view = decodeOperation(message);
  return {
    name,
    state,
    createTime,
    updateTime,
    method: method ?? '',
    parent: parent ?? undefined,
    labels: labels === null ? {} : JSON.parse(labels),
    completeTime: completeTime ?? undefined,
    cancelRequested: cancelRequest !== 'NONE',
    attempt: attempt || undefined,
    progressPercent: progressPercentOf(view.metadata),
    error: view.error,
    view,
    bytes: message.length,
  };
}

function statistics(connection: Connection, { condition, since }: StatisticsQuery): Statistics {
  const counted = <R extends readonly SqlValue[]>(select: string, rest: string): readonly R[] => {
    const { dialect, values } = sqliteDialect();
    const where = liveConditionSql(condition, dialect);
    return connection.query<R>(`SELECT ${select} FROM operations WHERE ${where} ${rest}`).all(values);
  };
  const states = counted<[OperationState, number]>('state, COUNT(*)', 'GROUP BY state');
  const methods = methodCounts(connection, condition);
  const { dialect, values } = sqliteDialect();
  const sample = connection
    .query<[number, number | null, OperationState]>(
      `SELECT create_time, complete_time, state FROM operations
       WHERE create_time >= ${dialect.bindTime(since)} AND ${liveConditionSql(condition, dialect)}
       ORDER BY create_time DESC LIMIT ${MAX_SAMPLE}`,
    )
    .all(values)
    .map(([createTime, completeTime, state]) => ({
      createTime,
      completeTime: completeTime ?? undefined,
      state,
    }));
  return { states: Object.fromEntries(states), methods, minutes: minuteStatistics(sample) };
}

function methodCounts(connection: Connection, condition: Condition): Statistics['methods'] {
  const { dialect, values } = sqliteDialect();
  // Without a condition on the state, the index alone is enough. A deleted operation has no method.
  const where = liveConditionSql(condition, dialect, 'method IS NOT NULL');
  return connection
    .query<[string, number]>(
      `SELECT method, COUNT(*) AS number FROM operations WHERE ${where}
       GROUP BY method ORDER BY number DESC, method LIMIT ${MAX_METHODS}`,
    )
    .all(values)
    .map(([method, count]) => ({ method, count }));
}
