import type { OperationName } from '../lifecycle/operation-name.ts';
import type { HistoryEntry } from '../orchestrator/ports/store.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { prefix, type Reader } from './reader.ts';

export async function hasHistoryRow(reader: Reader, name: OperationName, eventId: string) {
  const rows = await reader.read(reader.tables.history, { columns: ['EventId'], keys: [[name, eventId]] });
  return rows.length > 0;
}

/** The newest first. */
export async function readHistory(
  reader: Reader,
  name: OperationName,
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const index = reader.tables.historyByPosition;
  const newest = await reader.read(reader.tables.history, {
    ...{ index, columns: ['EventId', 'Position'], ranges: [prefix([name])], limit },
  });
  const ids = newest.map((row) => required(cellsOf(row).text('EventId')));
  if (ids.length === 0) return [];
  const columns = ['EventId', 'Position', 'Type', 'OccurTime', 'RecordTime', 'Outcome', 'Reason'];
  const rows = await reader.read(reader.tables.history, { columns, keys: ids.map((id) => [name, id]) });
  const byId = new Map(rows.map(cellsOf).map((cells) => [cells.text('EventId'), entryOf(cells)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** `position` counts the events of the operation from 1 on. */
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
  };
}

function entryOf(cells: Cells): HistoryEntry {
  const reason = cells.text('Reason') as HistoryEntry['reason'];
  return {
    eventId: required(cells.text('EventId')),
    type: required(cells.text('Type')) as HistoryEntry['type'],
    occurTime: required(cells.time('OccurTime')),
    recordTime: required(cells.time('RecordTime')),
    outcome: required(cells.text('Outcome')) as HistoryEntry['outcome'],
    ...(reason !== undefined && { reason }),
  };
}
