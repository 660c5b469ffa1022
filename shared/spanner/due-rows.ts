/** Reads operations that are due, from the index of the due times. */
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { DueOperation } from '../orchestrator/ports/due-work.ts';
import { type Cells, cellsOf, required, timeValue } from './cells.ts';
import { readStored, type StoredOperation } from './operation-rows.ts';
import { EMULATOR_HINT, type Query, type Reader } from './reader.ts';
import { EACH_SHARD, earliestQuery } from './shards.ts';
import type { Tables } from './tables.ts';
import type { Transactions } from './transactions.ts';

/** The longest overdue first. */
export async function readDueOperations(
  reader: Reader,
  now: number,
  limit: number,
): Promise<readonly DueOperation[]> {
  const { operations: table, operationsByDueTime: index } = reader.tables;
  const columns = ['key', 'Method', 'DueTime'];
  const [due, waits] = await Promise.all([
    reader.query(earliestQuery({ table, index, time: 'DueTime', key: ['key'], columns, until: now, limit })),
    reader.query(unknownWaitsQuery(reader.tables, now, limit)),
  ]);
  return [...due, ...waits]
    .map((row) => dueOf(cellsOf(row)))
    .sort((one, other) => one.dueTime - other.dueTime)
    .slice(0, limit);
}

/**
 * Reads open waits whose operation has no due time, by the index of the deadlines. Functions of a release without due times write such
 * rows during an upgrade.
 */
function unknownWaitsQuery(
  { operations, waits, waitsByDeadline }: Tables,
  now: number,
  limit: number,
): Query {
  const sql = `${EMULATOR_HINT}
    SELECT found.key, found.Method, found.DueTime FROM ${EACH_SHARD}, UNNEST(ARRAY(
      SELECT AS STRUCT o.key, o.Method, w.OpenUntil AS DueTime
      FROM ${waits}@{FORCE_INDEX=${waitsByDeadline}} AS w
      JOIN@{JOIN_METHOD=APPLY_JOIN} ${operations} AS o ON o.key = w.key
      WHERE w.Shard = bucket AND w.OpenUntil IS NOT NULL AND w.OpenUntil <= @now AND o.DueTime IS NULL
        AND o.WaitId = w.WaitId
      ORDER BY w.OpenUntil LIMIT @limit
    )) AS found`;
  return { sql, params: { now: new Date(now), limit } };
}

function dueOf(cells: Cells): DueOperation {
  return {
    name: required(cells.text('key')) as OperationName,
    method: cells.text('Method') ?? '',
    dueTime: required(cells.time('DueTime')),
  };
}

/** The earliest time at which an effect or an operation is due. */
export async function readNextDueTime(reader: Reader): Promise<number | undefined> {
  const { operations, operationsByDueTime, outbox, outboxByDue } = reader.tables;
  const first = (table: string, index: string, time: string) => `
    SELECT (
      SELECT t.${time} FROM ${table}@{FORCE_INDEX=${index}} AS t
      WHERE t.Shard = bucket AND t.${time} IS NOT NULL ORDER BY t.${time} LIMIT 1
    ) AS due FROM ${EACH_SHARD}`;
  const [row] = await reader.query({
    sql: `${EMULATOR_HINT} SELECT MIN(due) AS due FROM (${[
      first(operations, operationsByDueTime, 'DueTime'),
      first(outbox, outboxByDue, 'Due'),
    ].join(' UNION ALL ')})`,
    params: {},
  });
  return row && cellsOf(row).time('due');
}

/** Does nothing if the due time has changed meanwhile. */
export async function postponeDue(
  transactions: Transactions,
  { name, dueTime }: DueOperation,
  later: number,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const stored = (await readStored(reader, [name])).get(name);
    const commit = stored !== undefined && dueTimeOf(stored) === dueTime;
    if (commit) mutations.update(reader.tables.operations, { key: name, DueTime: timeValue(later) });
    return { commit, value: undefined };
  });
}

/** In the order of `readDueOperations`. */
function dueTimeOf({ record, operation }: StoredOperation): number | undefined {
  if (record.dueTime !== undefined) return record.dueTime;
  return operation.state === 'WAITING' ? operation.wait.deadline : undefined;
}
