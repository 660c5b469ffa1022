import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { HistoryEntry } from '../../shared/orchestrator/ports/history-entry.ts';
import { decodeDetail, encodeDetail } from '../../shared/records/history-record.ts';
import type { ChangedNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import { DeferredRows } from './deferred-rows.ts';
import type { Participant } from './participant.ts';
import { rowInserts } from './row-batches.ts';

const COLUMNS = [
  ...['operation', 'event_id', 'position', 'type', 'occur_time', 'record_time', 'outcome', 'reason'],
  ...['attempt', 'detail'],
];

/** The columns of an EntryRow. */
export const ENTRY_COLUMNS = 'event_id, type, occur_time, record_time, outcome, reason, attempt, detail';

export type EntryRow = readonly [
  eventId: string,
  type: HistoryEntry['type'],
  occurTime: number,
  recordTime: number,
  outcome: HistoryEntry['outcome'],
  reason: NonNullable<HistoryEntry['reason']> | null,
  attempt: number | null,
  detail: string | null,
];

/** Lines are deferred to the end of the transaction, or to the first read of them. Until then `has` finds them in memory. */
export function historyTable(connection: Connection, changed: ChangedNames) {
  const has = connection.query<[1]>('SELECT 1 FROM history WHERE operation = ? AND event_id = ?');
  const newest = connection.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM history
     WHERE operation = (SELECT id FROM operations WHERE name = ?) ORDER BY position DESC LIMIT ?`,
  );
  const inserts = new DeferredRows(connection, rowInserts(connection, 'INSERT INTO history', COLUMNS));
  /** The lines of the transaction in progress. */
  const inserted = new Set<string>();
  const participants: readonly Participant[] = [inserts, { begin: () => inserted.clear() }];

  return {
    participants,
    has(name: OperationName, operation: number, eventId: string): boolean {
      if (inserted.has(`${operation}/${eventId}`)) return true;
      const values = [operation, eventId];
      return (changed.has(name) ? has.first(values) : has.firstSettled(values)) !== undefined;
    },
    /** The newest line first. */
    newest(name: OperationName, limit: number): readonly HistoryEntry[] {
      inserts.end();
      return newest.all([name, limit]).map(entryOf);
    },
    insert(operation: number, position: number, entry: HistoryEntry): void {
      const { eventId, type, occurTime, recordTime, outcome, reason } = entry;
      const detail = encodeDetail(entry) ?? null;
      inserts.add([
        operation,
        eventId,
        position,
        type,
        occurTime,
        recordTime,
        outcome,
        reason ?? null,
        entry.attempt ?? null,
        detail,
      ]);
      inserted.add(`${operation}/${eventId}`);
    },
  };
}

export function entryOf([
  eventId,
  type,
  occurTime,
  recordTime,
  outcome,
  reason,
  attempt,
  detail,
]: EntryRow): HistoryEntry {
  return {
    eventId,
    type,
    occurTime,
    recordTime,
    outcome,
    reason: reason ?? undefined,
    attempt: attempt ?? undefined,
    ...decodeDetail(detail ?? undefined),
  };
}
