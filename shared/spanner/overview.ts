import type { OperationState } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { decodeOperation } from '../messages/operation.ts';
import { progressPercentOf } from '../messages/progress.ts';
import { ALWAYS, type Condition } from '../orchestrator/condition.ts';
import type {
  ListedSummary,
  OperationOverview,
  Statistics,
  StatisticsQuery,
  SummaryQuery,
} from '../orchestrator/ports/overview.ts';
import { conditionSql } from '../records/condition-sql.ts';
import { minuteStatistics } from '../records/minute-statistics.ts';
import { type Cells, cellsOf, required } from './cells.ts';
import { listQuery, spannerDialect } from './list-query.ts';
import { EMULATOR_HINT, type Reader } from './reader.ts';
import { SHARDS } from './shards.ts';

/** The largest count. Without it, each view of the page would read the whole table. */
const MAX_COUNT = 100_000;
/** The largest number of operations of the last hour that are read: enough for percentiles. */
const MAX_SAMPLE = 20_000;
const MAX_METHODS = 200;

const STATES: readonly OperationState[] = ['RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

const COLUMNS = `o.State AS state, o.Method AS method, o.Parent AS parent, o.Labels AS labels, o.UpdateTime AS updateTime,
  o.CompleteTime AS completeTime, o.CancelRequest AS cancelRequest, o.Attempt AS attempt, o.Operation AS message`;

export function spannerOverview(
  read: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>,
): OperationOverview {
  return {
    list: (query) => read((reader) => list(reader, query)),
    statistics: (query) => read((reader) => statistics(reader, query)),
  };
}

async function list(reader: Reader, query: SummaryQuery): Promise<readonly ListedSummary[]> {
  const rows = await reader.query(listQuery(reader.tables, query, COLUMNS));
  return rows.map(cellsOf).map(summaryOf);
}

function summaryOf(cells: Cells): ListedSummary {
  const message = required(cells.proto('message'));
  const view = decodeOperation(message);
  return {
    name: required(cells.text('name')) as OperationName,
    state: required(cells.text('state')) as OperationState,
    method: cells.text('method') ?? '',
    parent: cells.text('parent') as OperationName | undefined,
    labels: (cells.json('labels') as Record<string, string> | undefined) ?? {},
    createTime: required(cells.time('time')),
    updateTime: required(cells.time('updateTime')),
    completeTime: cells.time('completeTime'),
    cancelRequested: cells.text('cancelRequest') !== 'NONE',
    attempt: cells.int('attempt') || undefined,
    progressPercent: progressPercentOf(view.metadata),
    error: view.error,
    view,
    bytes: message.length,
  };
}

async function statistics(reader: Reader, { condition, since }: StatisticsQuery): Promise<Statistics> {
  const [states, methods, minutes] = await Promise.all([
    Promise.all(STATES.map(async (state) => [state, await countOf(reader, condition, state)] as const)),
    methodCounts(reader, condition),
    sample(reader, condition, since),
  ]);
  return {
    states: Object.fromEntries(states.filter(([, count]) => count > 0)),
    methods,
    minutes: minuteStatistics(minutes),
  };
}

async function countOf(reader: Reader, condition: Condition, state: OperationState): Promise<number> {
  const { operations, operationsByState } = reader.tables;
  const { dialect, params } = spannerDialect();
  const where = `o.State = ${dialect.bind(state)} AND ${conditionSql(condition, dialect)}`;
  // Without a further condition, the index alone has all columns.
  const hint = condition === ALWAYS ? `@{FORCE_INDEX=${operationsByState}}` : '';
  const sql = `SELECT COUNT(*) AS number FROM (
      SELECT 1 FROM ${operations}${hint} AS o WHERE ${where} LIMIT ${MAX_COUNT}
    )`;
  const [row] = await reader.query({ sql, params });
  return row ? required(cellsOf(row).int('number')) : 0;
}

async function methodCounts(reader: Reader, condition: Condition): Promise<Statistics['methods']> {
  const { dialect, params } = spannerDialect();
  const where = `o.Method IS NOT NULL AND o.State != 'DELETED' AND ${conditionSql(condition, dialect)}`;
  const sql = `SELECT found.Method AS method, COUNT(*) AS number FROM (
      SELECT o.Method FROM ${reader.tables.operations} AS o WHERE ${where} LIMIT ${MAX_COUNT}
    ) AS found GROUP BY found.Method ORDER BY number DESC, method LIMIT ${MAX_METHODS}`;
  const rows = await reader.query({ sql, params });
  return rows
    .map(cellsOf)
    .map((cells) => ({ method: required(cells.text('method')), count: required(cells.int('number')) }));
}

async function sample(reader: Reader, condition: Condition, since: number) {
  const { operations, operationsByCreateTime } = reader.tables;
  const { dialect, params } = spannerDialect();
  const where = `o.CreateTime >= ${dialect.bindTime(since)} AND o.State != 'DELETED' AND ${conditionSql(condition, dialect)}`;
  const sql = `${EMULATOR_HINT}
    SELECT o.CreateTime AS createTime, o.CompleteTime AS completeTime, o.State AS state
    FROM ${operations}@{FORCE_INDEX=${operationsByCreateTime}} AS o
    WHERE o.Shard BETWEEN 0 AND ${SHARDS - 1} AND ${where} LIMIT ${MAX_SAMPLE}`;
  const rows = await reader.query({ sql, params });
  return rows.map(cellsOf).map((cells) => ({
    createTime: required(cells.time('createTime')),
    completeTime: cells.time('completeTime'),
    state: required(cells.text('state')) as OperationState,
  }));
}
