import type { OperationName } from '../lifecycle/operation-name.ts';
import type { OpenWait, Wait, WaitRef } from '../lifecycle/wait.ts';
import { type EndingRecord, fromWaitRecord, type TermsRecord, toWaitRecord } from '../records/wait-record.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import { prefix, type Reader } from './reader.ts';
import { readEarliest } from './shards.ts';
import type { Transactions } from './transactions.ts';

const COLUMNS = [
  ...['key', 'WaitId', 'Position', 'StartTime', 'Deadline', 'Terms', 'Execution', 'Ending', 'EndTime'],
];

export async function readWait(reader: Reader, ref: WaitRef): Promise<Wait | undefined> {
  const keys = [[ref.operation, ref.waitId]];
  const [row] = await reader.read(reader.tables.waits, { columns: COLUMNS, keys });
  return row && waitOf(cellsOf(row));
}

/** In the order in which they began. */
export async function readWaitsOf(reader: Reader, name: OperationName) {
  const rows = await reader.read(reader.tables.waits, { columns: COLUMNS, ranges: [prefix([name])] });
  const position = (cells: Cells) => required(cells.int('Position'));
  return rows
    .map(cellsOf)
    .sort((one, other) => position(one) - position(other))
    .map(waitOf);
}

/** Those of the waits that have not ended. */
export async function readOpenRefs(reader: Reader, refs: readonly WaitRef[]) {
  if (refs.length === 0) return [];
  const rows = await reader.read(reader.tables.waits, {
    columns: ['key', 'WaitId', 'EndTime'],
    keys: refs.map(({ operation, waitId }) => [operation, waitId]),
  });
  return rows
    .map(cellsOf)
    .filter((cells) => cells.time('EndTime') === undefined)
    .map(refOf);
}

/** Open waits whose deadline is before `now`, those that are longest overdue first. */
export async function readOverdueWaits(
  reader: Reader,
  now: number,
  limit: number,
): Promise<readonly WaitRef[]> {
  const overdue = await readEarliest(reader, {
    table: reader.tables.waits,
    index: reader.tables.waitsByDeadline,
    columns: ['key', 'WaitId'],
    time: 'OpenUntil',
    before: now,
    limit,
  });
  return overdue.map(refOf);
}

/** The wait as it is then, ended or not; undefined where it is gone. */
export async function recordExecution(
  transactions: Transactions,
  ref: WaitRef,
  execution: string,
): Promise<Wait | undefined> {
  return transactions.readWrite(async (reader, mutations) => {
    const wait = await readWait(reader, ref);
    if (!wait) return { commit: false, value: undefined };
    const { operation: key, waitId: WaitId } = ref;
    mutations.update(reader.tables.waits, { key, WaitId, Execution: execution });
    return { commit: true, value: { ...wait, execution } };
  });
}

/** `position` is that of the event that began the wait in the operation's history. */
export function waitValues(wait: Wait, position: number): RowValues {
  const record = toWaitRecord(wait);
  return {
    key: record.operation,
    WaitId: record.waitId,
    Position: position,
    StartTime: timeValue(record.startTime),
    Deadline: timeValue(record.deadline),
    Terms: JSON.stringify(record.terms),
    Execution: record.execution ?? null,
    Ending: record.ending === undefined ? null : JSON.stringify(record.ending),
    EndTime: timeValue(record.endTime),
  };
}

export function isOpen(wait: Wait): wait is OpenWait {
  return wait.end === undefined;
}

function refOf(cells: Cells): WaitRef {
  return {
    operation: required(cells.text('key')) as OperationName,
    waitId: required(cells.text('WaitId')),
  };
}

function waitOf(cells: Cells): Wait {
  return fromWaitRecord({
    ...refOf(cells),
    startTime: required(cells.time('StartTime')),
    deadline: required(cells.time('Deadline')),
    terms: required(cells.json('Terms')) as TermsRecord,
    execution: cells.text('Execution'),
    ending: cells.json('Ending') as EndingRecord | undefined,
    endTime: cells.time('EndTime'),
  });
}
