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

const WAIT = 'SELECT id FROM waits WHERE operation = ? AND wait_id = ?';

/** A wait's number by its operation's name and its id, as an expression of two values. */
export const WAIT_NUMBER = `(${WAIT})`;

/** The same of a wait that is open, and nothing of one that has ended. */
export const OPEN_WAIT_NUMBER = `(${WAIT} AND end_time IS NULL)`;

export function waitTable(connection: Connection) {
  const columns = 'operation, wait_id, start_time, deadline, terms, execution, ending, end_time';
  const one = connection.query<Row>(`SELECT ${columns} FROM waits WHERE operation = ? AND wait_id = ?`);
  const ofOperation = connection.query<Row>(`SELECT ${columns} FROM waits WHERE operation = ? ORDER BY id`);
  const overdue = connection.query<[OperationName, string]>(
    `SELECT operation, wait_id FROM waits
     WHERE end_time IS NULL AND deadline < ? ORDER BY deadline LIMIT ?`,
  );
  const insert = connection.command(`INSERT INTO waits (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const end = connection.command(
    'UPDATE waits SET ending = ?, end_time = ? WHERE operation = ? AND wait_id = ?',
  );
  const setExecution = connection.query<Row>(
    `UPDATE waits SET execution = ? WHERE operation = ? AND wait_id = ? RETURNING ${columns}`,
  );

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
    insert(wait: Wait): number {
      const { operation, waitId, startTime, deadline, terms, execution, ending, endTime } =
        toWaitRecord(wait);
      return insert.run([
        ...[operation, waitId, startTime, deadline, JSON.stringify(terms), execution ?? null],
        ...[ending ? JSON.stringify(ending) : null, endTime ?? null],
      ]).id;
    },
    end(wait: EndedWait): void {
      const { ending, endTime } = endingFields(wait.end);
      end.run([JSON.stringify(ending), endTime, wait.operation, wait.waitId]);
    },
    /** The wait as it is then. */
    setExecution({ operation, waitId }: WaitRef, execution: string): Wait | undefined {
      const [row] = setExecution.all([execution, operation, waitId]);
      return row && waitOf(row);
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
