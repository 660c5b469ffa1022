import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { EndedWait, FailedPolls, LaunchRefusal, Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import { endingFields, fromWaitRecord, toWaitRecord } from '../../shared/records/wait-record.ts';
import type { ChangedNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { RecentWaits } from './recent-waits.ts';
import type { RowCaches } from './row-caches.ts';
import { RowNumbers } from './row-numbers.ts';

type Row = readonly [
  operation: OperationName,
  waitId: string,
  startTime: number,
  deadline: number,
  terms: string,
  execution: string | null,
  refusal: string | null,
  ending: string | null,
  endTime: number | null,
  failedPolls: string | null,
];

const COLUMNS =
  'operation, wait_id, start_time, deadline, terms, execution, refusal, ending, end_time, failed_polls';
const WAIT = 'SELECT id FROM waits WHERE operation = ? AND wait_id = ?';

/** An SQL expression for a wait's number. Its two values are the name of the operation and the wait id. */
export const WAIT_NUMBER = `(${WAIT})`;

/** The same for an open wait. For a wait that has ended it gives nothing. */
export const OPEN_WAIT_NUMBER = `(${WAIT} AND end_time IS NULL)`;

export function waitTable(
  connection: Connection,
  changed: ChangedNames,
  recentWaits: RecentWaits,
  caches: RowCaches,
) {
  const one = connection.query<Row>(`SELECT ${COLUMNS} FROM waits WHERE operation = ? AND wait_id = ?`);
  const newest = connection.query<Row>(
    `SELECT ${COLUMNS} FROM waits WHERE operation = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
  );
  const count = connection.query<[number]>('SELECT COUNT(*) FROM waits WHERE operation = ?');
  const insert = connection.command(
    `INSERT INTO waits (id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
  );
  const end = connection.command(
    'UPDATE waits SET ending = ?, end_time = ? WHERE operation = ? AND wait_id = ?',
  );
  const setExecution = connection.command(
    'UPDATE waits SET execution = ?, refusal = NULL WHERE operation = ? AND wait_id = ?',
  );
  const setRefusal = connection.command('UPDATE waits SET refusal = ? WHERE operation = ? AND wait_id = ?');
  const setFailedPolls = connection.command(
    'UPDATE waits SET failed_polls = ? WHERE operation = ? AND wait_id = ? AND end_time IS NULL',
  );
  const numbers = new RowNumbers(connection, 'waits', caches);

  return {
    read(ref: WaitRef): Wait | undefined {
      const known = recentWaits.get(ref)?.wait;
      if (known) return known;
      const values = [ref.operation, ref.waitId];
      const row = changed.has(ref.operation) ? one.first(values) : one.firstSettled(values);
      return row && waitOf(row);
    },
    /** The newest first, starting at index `from`. */
    newest: (name: OperationName, from: number, limit: number): readonly Wait[] =>
      newest.all([name, limit, from]).map(waitOf),
    count: (name: OperationName): number => count.first([name])?.[0] ?? 0,
    /** Returns the number of the new row. */
    insert(wait: Wait): number {
      const record = toWaitRecord(wait);
      const number = numbers.take();
      insert.run([
        number,
        record.operation,
        record.waitId,
        record.startTime,
        record.deadline,
        JSON.stringify(record.terms),
        record.execution ?? null,
        record.refusal ? JSON.stringify(record.refusal) : null,
        record.ending ? JSON.stringify(record.ending) : null,
        record.endTime ?? null,
      ]);
      return number;
    },
    end(wait: EndedWait): void {
      const { ending, endTime } = endingFields(wait.end);
      end.run([JSON.stringify(ending), endTime, wait.operation, wait.waitId]);
      recentWaits.end(wait);
    },
    setExecution(ref: WaitRef, execution: string): void {
      changed.add(ref.operation);
      setExecution.run([execution, ref.operation, ref.waitId]);
      recentWaits.update(ref, ({ refusal, ...wait }) => ({ ...wait, execution }));
    },
    setFailedPolls(ref: WaitRef, polls: FailedPolls): void {
      const failedPolls = Object.keys(polls).length === 0 ? undefined : polls;
      changed.add(ref.operation);
      setFailedPolls.run([failedPolls ? JSON.stringify(failedPolls) : null, ref.operation, ref.waitId]);
      recentWaits.updateOpen(ref, ({ failedPolls: _, ...wait }) =>
        failedPolls ? { ...wait, failedPolls } : wait,
      );
    },
    setRefusal(ref: WaitRef, refusal: LaunchRefusal): void {
      changed.add(ref.operation);
      setRefusal.run([JSON.stringify(refusal), ref.operation, ref.waitId]);
      recentWaits.update(ref, (wait) => ({ ...wait, refusal }));
    },
  };
}

function waitOf(row: Row): Wait {
  const [operation, waitId, startTime, deadline, terms, execution, refusal, ending, endTime, failedPolls] =
    row;
  return fromWaitRecord({
    operation,
    waitId,
    startTime,
    deadline,
    terms: JSON.parse(terms),
    execution: execution ?? undefined,
    refusal: refusal === null ? undefined : JSON.parse(refusal),
    failedPolls: failedPolls === null ? undefined : JSON.parse(failedPolls),
    ending: ending === null ? undefined : JSON.parse(ending),
    endTime: endTime ?? undefined,
  });
}
