import type { Backlog } from '../../shared/orchestrator/ports/due-work.ts';
import type { Connection } from './connection.ts';

/**
 * Returns how many effects and operations are due and since when, and how many waits are open. The counts end at
 * `maxCount`. If it is 0, nothing is counted.
 */
export function backlogQuery(connection: Connection): (now: number, maxCount: number) => Backlog {
  const overdue = (table: string, time: string) =>
    connection.query<[number, number | null]>(
      `SELECT COUNT(*), MIN(time) FROM (
         SELECT ${time} AS time FROM ${table} WHERE ${time} <= ? ORDER BY ${time} LIMIT ?
       )`,
    );
  const effects = overdue('outbox', 'due');
  const due = overdue('operations', 'due_time');
  // Each waiting operation has one open wait.
  const waits = connection.query<[number, number | null]>(
    `SELECT COUNT(*), SUM(execution IS NOT NULL) FROM (
       SELECT waits.execution FROM operations
       JOIN waits ON waits.operation = operations.name AND waits.wait_id = operations.wait_id
       WHERE operations.state = 'WAITING' LIMIT ?
     )`,
  );
  return (now, maxCount) => {
    const limit = Math.max(1, maxCount);
    const [effectCount = 0, oldestEffectTime] = effects.first([now, limit]) ?? [];
    const [operationCount = 0, oldestOperationTime] = due.first([now, limit]) ?? [];
    const [openWaits = 0, held] = (maxCount > 0 && waits.first([maxCount])) || [];
    return {
      effects: Math.min(maxCount, effectCount),
      operations: Math.min(maxCount, operationCount),
      openWaits,
      heldExecutions: held ?? 0,
      oldestEffectTime: oldestEffectTime ?? undefined,
      oldestOperationTime: oldestOperationTime ?? undefined,
    };
  };
}
