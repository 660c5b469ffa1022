/** Counts due effects and operations, with the oldest due time, and open waits. `sweep` reports these counts. */
import type { Backlog } from '../orchestrator/ports/due-work.ts';
import { cellsOf } from './cells.ts';
import { EMULATOR_HINT, type Reader } from './reader.ts';
import { EACH_SHARD } from './shards.ts';

/** Each count ends at `maxCount`. With 0, nothing is counted. */
export async function readBacklog(reader: Reader, now: number, maxCount: number): Promise<Backlog> {
  const { operations, operationsByDueTime, outbox, outboxByDue } = reader.tables;
  const [effects, due, waits] = await Promise.all([
    overdue(reader, { table: outbox, index: outboxByDue, time: 'Due' }, now, maxCount),
    overdue(reader, { table: operations, index: operationsByDueTime, time: 'DueTime' }, now, maxCount),
    maxCount === 0 ? { open: 0, held: 0 } : openWaits(reader, maxCount),
  ]);
  return {
    effects: effects.count,
    oldestEffectTime: effects.oldest,
    operations: due.count,
    oldestOperationTime: due.oldest,
    openWaits: waits.open,
    heldExecutions: waits.held,
  };
}

interface DueIndex {
  readonly table: string;
  readonly index: string;
  readonly time: string;
}

/** Reads each shard of the index from its beginning, and at most up to the count. */
async function overdue(reader: Reader, { table, index, time }: DueIndex, now: number, maxCount: number) {
  const [row] = await reader.query({
    sql: `${EMULATOR_HINT}
      SELECT COUNT(*) AS number, MIN(found.due) AS oldest FROM ${EACH_SHARD}, UNNEST(ARRAY(
        SELECT AS STRUCT t.${time} AS due FROM ${table}@{FORCE_INDEX=${index}} AS t
        WHERE t.Shard = bucket AND t.${time} IS NOT NULL AND t.${time} <= @until
        ORDER BY t.${time} LIMIT @limit
      )) AS found`,
    params: { until: new Date(now), limit: Math.max(1, maxCount) },
  });
  const cells = row && cellsOf(row);
  return {
    count: maxCount === 0 ? 0 : Math.min(maxCount, cells?.int('number') ?? 0),
    oldest: cells?.time('oldest'),
  };
}

/** Counts waiting operations, because each of them has one open wait. */
async function openWaits(reader: Reader, maxCount: number) {
  const { operations, operationsByState, waits } = reader.tables;
  const [row] = await reader.query({
    sql: `SELECT COUNT(*) AS open, COUNTIF(held) AS held FROM (
        SELECT w.Execution IS NOT NULL AS held FROM (
          SELECT key, WaitId FROM ${operations}@{FORCE_INDEX=${operationsByState}}
          WHERE State = 'WAITING' LIMIT @limit
        ) AS o JOIN@{JOIN_METHOD=APPLY_JOIN} ${waits} AS w ON w.key = o.key AND w.WaitId = o.WaitId
      )`,
    params: { limit: maxCount },
  });
  const cells = row && cellsOf(row);
  return { open: cells?.int('open') ?? 0, held: cells?.int('held') ?? 0 };
}
