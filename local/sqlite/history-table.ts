import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { IgnoredReason } from '../../shared/lifecycle/outcome.ts';
import type { HistoryEntry } from '../../shared/orchestrator/store.ts';
import type { Connection } from './connection.ts';

type Row = readonly [
  eventId: string,
  type: HistoryEntry['type'],
  occurTime: number,
  recordTime: number,
  outcome: HistoryEntry['outcome'],
  reason: IgnoredReason | null,
];

export function historyTable(connection: Connection) {
  const has = connection.query<[1]>('SELECT 1 FROM history WHERE operation = ? AND event_id = ?');
  const newest = connection.query<Row>(
    `SELECT event_id, type, occur_time, record_time, outcome, reason FROM history
     WHERE operation = (SELECT id FROM operations WHERE name = ?) ORDER BY position DESC LIMIT ?`,
  );
  const insert = connection.command(
    `INSERT INTO history (operation, event_id, position, type, occur_time, record_time, outcome, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  return {
    has: (operation: number, eventId: string): boolean => has.first([operation, eventId]) !== undefined,
    /** The newest first. */
    newest(name: OperationName, limit: number): readonly HistoryEntry[] {
      return newest.all([name, limit]).map(([eventId, type, occurTime, recordTime, outcome, reason]) => ({
        ...{ eventId, type, occurTime, recordTime, outcome },
        ...(reason !== null && { reason }),
      }));
    },
    insert(operation: number, position: number, entry: HistoryEntry): void {
      const { eventId, type, occurTime, recordTime, outcome, reason } = entry;
      insert.run([operation, eventId, position, type, occurTime, recordTime, outcome, reason ?? null]);
    },
  };
}
