import type { OperationName } from '../lifecycle/operation-name.ts';
import type { FailedPolls, LaunchRefusal, OpenWait, Wait, WaitRef } from '../lifecycle/wait.ts';
import {
  type EndingRecord,
  endingFields,
  fromWaitRecord,
  type TermsRecord,
  toWaitRecord,
} from '../records/wait-record.ts';
import { type Cells, cellsOf, type RowValues, required, timeValue } from './cells.ts';
import type { Query, Reader } from './reader.ts';

export const WAIT_COLUMNS: readonly string[] =
  'key WaitId StartTime Deadline Terms Execution Refusal Ending EndTime FailedPolls'.split(' ');

export async function readWait(reader: Reader, ref: WaitRef): Promise<Wait | undefined> {
  const keys = [[ref.operation, ref.waitId]];
  const [row] = await reader.read(reader.tables.waits, { columns: WAIT_COLUMNS, keys });
  return row && waitOf(cellsOf(row));
}

/** Reads a wait and additional columns in one query. The SQL of the columns can refer to its row as `w`. */
export async function readWaitAnd(
  reader: Reader,
  { operation, waitId }: WaitRef,
  columns: readonly string[],
  params: Query['params'] = {},
): Promise<{ readonly wait: Wait; readonly beside: Cells } | undefined> {
  const [row] = await reader.query({
    sql: `SELECT ${[...WAIT_COLUMNS.map((column) => `w.${column}`), ...columns].join(', ')}
      FROM ${reader.tables.waits} AS w WHERE w.key = @operation AND w.WaitId = @waitId`,
    params: { ...params, operation, waitId },
  });
  if (!row) return undefined;
  const beside = cellsOf(row);
  return { wait: waitOf(beside), beside };
}

/** Reads waits, the newest first, starting at index `from`. */
export async function readNewestWaits(
  reader: Reader,
  name: OperationName,
  from: number,
  limit: number,
): Promise<readonly Wait[]> {
  const rows = await reader.query({
    sql: `SELECT ${WAIT_COLUMNS.join(', ')} FROM ${reader.tables.waits}
      WHERE key = @name ORDER BY Position DESC LIMIT @limit OFFSET @from`,
    params: { name, limit, from },
  });
  return rows.map((row) => waitOf(cellsOf(row)));
}

export async function countWaits(reader: Reader, name: OperationName): Promise<number> {
  const [row] = await reader.query({
    sql: `SELECT COUNT(*) AS n FROM ${reader.tables.waits} WHERE key = @name`,
    params: { name },
  });
  return row ? required(cellsOf(row).int('n')) : 0;
}

/** Whether the wait exists and has not ended. */
export async function isWaitOpen(reader: Reader, { operation, waitId }: WaitRef): Promise<boolean> {
  const keys = [[operation, waitId]];
  const [row] = await reader.read(reader.tables.waits, { columns: ['WaitId', 'EndTime'], keys });
  return row !== undefined && cellsOf(row).time('EndTime') === undefined;
}

/** `position`: the position in the history of the event that began the wait. */
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
    Refusal: record.refusal === undefined ? null : JSON.stringify(record.refusal),
    Ending: record.ending === undefined ? null : JSON.stringify(record.ending),
    EndTime: timeValue(record.endTime),
  };
}

export function endValues({ operation, waitId, end }: Extract<Wait, { end: object }>): RowValues {
  const { ending, endTime } = endingFields(end);
  return {
    key: operation,
    WaitId: waitId,
    Ending: JSON.stringify(ending),
    EndTime: timeValue(endTime),
  };
}

export function isOpen(wait: Wait): wait is OpenWait {
  return wait.end === undefined;
}

/** `before`: the prefix of each column name. */
export function waitOf(cells: Cells, before = ''): Wait {
  return fromWaitRecord({
    operation: required(cells.text(`${before}key`)) as OperationName,
    waitId: required(cells.text(`${before}WaitId`)),
    startTime: required(cells.time(`${before}StartTime`)),
    deadline: required(cells.time(`${before}Deadline`)),
    terms: required(cells.json(`${before}Terms`)) as TermsRecord,
    execution: cells.text(`${before}Execution`),
    refusal: cells.json(`${before}Refusal`) as LaunchRefusal | undefined,
    failedPolls: cells.json(`${before}FailedPolls`) as FailedPolls | undefined,
    ending: cells.json(`${before}Ending`) as EndingRecord | undefined,
    endTime: cells.time(`${before}EndTime`),
  });
}
