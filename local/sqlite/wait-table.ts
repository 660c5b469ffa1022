import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { EndedWait, Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import { endingFields, fromWaitRecord, toWaitRecord } from '../../shared/records/wait-record.ts';
import type { Connection } from './connection.ts';

type Row = readonly [
  operation: OperationName,
  waitId: string,
  startTime: number,
  deadline: number,
  terms: string,
  execution: string | null,
  ending: string | null,
  endTime: number | null,
];

const WAIT = `SELECT waits.id FROM waits JOIN operations ON operations.id = waits.operation
  WHERE operations.name = ? AND waits.wait_id = ?`;

/** A wait's number by its operation's name and its id, as an expression of two values. */
export const WAIT_NUMBER = `(${WAIT})`;

/** The same of a wait that is open, and nothing of one that has ended. */
export const OPEN_WAIT_NUMBER = `(${WAIT} AND end_time IS NULL)`;

export function waitTable(connection: Connection) {
  const select = `SELECT operations.name, waits.wait_id, start_time, deadline, terms, execution, ending, end_time
    FROM waits JOIN operations ON operations.id = waits.operation`;
  const one = connection.query<Row>(`${select} WHERE operations.name = ? AND waits.wait_id = ?`);
  const ofOperation = connection.query<Row>(`${select} WHERE operations.name = ? ORDER BY waits.id`);
  const overdue = connection.query<[OperationName, string]>(
    `SELECT operations.name, waits.wait_id FROM waits JOIN operations ON operations.id = waits.operation
     WHERE end_time IS NULL AND deadline < ? ORDER BY deadline LIMIT ?`,
  );
  const insert = connection.command(
    `INSERT INTO waits (operation, wait_id, start_time, deadline, terms, execution, ending, end_time)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const end = connection.command(`UPDATE waits SET ending = ?, end_time = ? WHERE id = ${WAIT_NUMBER}`);
  const setExecution = connection.command(`UPDATE waits SET execution = ? WHERE id = ${WAIT_NUMBER}`);

  return {
    read({ operation, waitId }: WaitRef): Wait | undefined {
      const row = one.first([operation, waitId]);
      return row && waitOf(row);
    },
    /** In the order in which they began. */
    ofOperation: (name: OperationName): readonly Wait[] => ofOperation.all([name]).map(waitOf),
    /** Open waits whose deadline is before `now`, those that are longest overdue first. */
    overdue(now: number, limit: number): readonly WaitRef[] {
      return overdue.all([now, limit]).map(([operation, waitId]) => ({ operation, waitId }));
    },
    /** The number of the new row. */
    insert(operation: number, wait: Wait): number {
      const { waitId, startTime, deadline, terms, execution, ending, endTime } = toWaitRecord(wait);
      return insert.run([
        ...[operation, waitId, startTime, deadline, JSON.stringify(terms), execution ?? null],
        ...[ending ? JSON.stringify(ending) : null, endTime ?? null],
      ]).id;
    },
    end(wait: EndedWait): void {
      const { ending, endTime } = endingFields(wait.end);
      end.run([JSON.stringify(ending), endTime, wait.operation, wait.waitId]);
    },
    setExecution({ operation, waitId }: WaitRef, execution: string): void {
      setExecution.run([execution, operation, waitId]);
    },
  };
}

function waitOf(row: Row): Wait {
  const [operation, waitId, startTime, deadline, terms, execution, ending, endTime] = row;
  return fromWaitRecord({
    ...{ operation, waitId, startTime, deadline },
    terms: JSON.parse(terms),
    execution: execution ?? undefined,
    ending: ending === null ? undefined : JSON.parse(ending),
    endTime: endTime ?? undefined,
  });
}
