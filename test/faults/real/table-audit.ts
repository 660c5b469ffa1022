/** What the tables of the emulated system say after a run, once every operation has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Spanner } from '@google-cloud/spanner';
import type { Completions } from './load/completions.ts';

/** Longer than the pause before the third delivery of an effect. */
const PATIENCE_MS = 240_000;

/** Returns the findings, one sentence each. `host`: of the emulator itself. */
export async function auditTables(host: string, completions: Completions): Promise<string[]> {
  process.env.SPANNER_EMULATOR_HOST = host;
  const database = new Spanner({ projectId: 'local' }).instance('lro').database('lro');
  const select = async (sql: string): Promise<Record<string, unknown>[]> => {
    const [rows] = await database.run({ sql, json: true });
    return rows as Record<string, unknown>[];
  };
  const end = performance.now() + PATIENCE_MS;
  let left = await select(QUERIES.outbox);
  while (left.length > 0 && performance.now() < end) {
    await sleep(1_000);
    left = await select(QUERIES.outbox);
  }
  const findings = left.map((row) => `left in the outbox: ${JSON.stringify(row)}`);
  const { outbox: _, ended, ...others } = QUERIES;
  for (const [what, sql] of Object.entries(others)) {
    findings.push(...(await select(sql)).map((row) => `${what}: ${JSON.stringify(row)}`));
  }
  for (const { key } of await select(ended)) {
    if (!completions.has(String(key))) findings.push(`${key} ended, and no completion came`);
  }
  await database.close();
  return findings;
}

/** The event that cancels also ends the wait, and leaves no `resumed`. */
const QUERIES = {
  outbox: 'SELECT key, EffectId, Attempts, Due FROM OperationsOutbox',
  ended:
    "SELECT DISTINCT key FROM OperationsHistory WHERE Outcome = 'APPLIED' AND Type IN ('succeeded', 'failed', 'cancelled')",
  'open wait': 'SELECT key, WaitId FROM OperationsWaits WHERE EndTime IS NULL',
  'not ended': "SELECT key, State FROM Operations WHERE State IN ('RUNNING', 'WAITING')",
  'ended more than once': `SELECT key, COUNT(*) AS ends FROM OperationsHistory
    WHERE Outcome = 'APPLIED' AND Type IN ('succeeded', 'failed', 'cancelled') GROUP BY key HAVING ends > 1`,
  'the history has a gap': `SELECT o.key, o.HistoryLength, COUNT(h.EventId) AS found FROM Operations o
    LEFT JOIN OperationsHistory h ON h.key = o.key GROUP BY o.key, o.HistoryLength
    HAVING found != o.HistoryLength OR MAX(h.Position) != o.HistoryLength OR COUNT(DISTINCT h.Position) != found`,
  'resumed not once for each wait': `SELECT w.key, COUNT(*) AS waits,
    (SELECT COUNT(*) FROM OperationsHistory h WHERE h.key = w.key AND h.Type = 'resumed' AND h.Outcome = 'APPLIED') AS resumed
    FROM OperationsWaits w WHERE JSON_VALUE(w.Ending, '$.kind') = 'RESUMED' AND JSON_VALUE(w.Ending, '$.by') != 'cancel' GROUP BY w.key HAVING waits != resumed`,
} as const;
