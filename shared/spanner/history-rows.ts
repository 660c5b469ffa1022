import type { OperationName } from '../lifecycle/operation-name.ts';
import type { HistoryEntry } from '../orchestrator/ports/history-entry.ts';
import { decodeDetail, encodeDetail } from '../records/history-record.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import type { Reader } from './reader.ts';

export const ENTRY_COLUMNS = [
  ...['EventId', 'Type', 'OccurTime', 'RecordTime', 'Outcome', 'Reason', 'Attempt', 'Detail'],
];

/** Reads history lines, the newest first. */
export async function readHistory(
  reader: Reader,
  name: OperationName,
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const { history, historyByPosition } = reader.tables;
  const rows = await reader.query({
    sql: `SELECT ${ENTRY_COLUMNS.join(', ')} FROM ${history}@{FORCE_INDEX=${historyByPosition}}
      WHERE key = @name ORDER BY Position DESC LIMIT @limit`,
    params: { name, limit },
  });
  return rows.map((row) => entryOf(cellsOf(row)));
}

/** `position`: the number of the event in the history of the operation, from 1. */
export function historyValues(name: OperationName, entry: HistoryEntry, position: number): RowValues {
  return {
    key: name,
    EventId: entry.eventId,
    Position: position,
    Type: entry.type,
    OccurTime: timeValue(entry.occurTime),
    RecordTime: timeValue(entry.recordTime),
    Outcome: entry.outcome,
    Reason: entry.reason ?? null,
    Attempt: entry.attempt ?? null,
    Detail: encodeDetail(entry) ?? null,
  };
}

export function entryOf(cells: Cells): HistoryEntry {
  const { worker, rejection, error } = decodeDetail(cells.text('Detail'));
  return {
    eventId: required(cells.text('EventId')),
    type: required(cells.text('Type')) as HistoryEntry['type'],
    occurTime: required(cells.time('OccurTime')),
    recordTime: required(cells.time('RecordTime')),
    outcome: required(cells.text('Outcome')) as HistoryEntry['outcome'],
    reason: cells.text('Reason') as HistoryEntry['reason'],
    attempt: cells.int('Attempt'),
    worker,
    rejection,
    error,
  };
}
