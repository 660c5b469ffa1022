import type { FinalState } from '../../shared/lifecycle/operation.ts';
import {
  type ChildOutcome,
  type DoneOutcome,
  outcomeOf,
  type Tally,
  type WaitRef,
} from '../../shared/lifecycle/wait.ts';
import type { Child } from '../../shared/orchestrator/ports/store.ts';
import type { Connection } from './connection.ts';
import { rowInserts } from './row-batches.ts';
import { OPEN_WAIT_NUMBER, WAIT_NUMBER } from './wait-table.ts';

/** The children of a wait and what became of them; those of a wait that has ended stay as they were then. */
export function childTable(connection: Connection) {
  const insertPending = rowInserts(connection, 'INSERT INTO pending_children', ['wait', 'child']);
  const removePending = connection.query<[number]>(
    `DELETE FROM pending_children WHERE wait = ${OPEN_WAIT_NUMBER} AND child = ? RETURNING wait`,
  );
  const insertDone = connection.command('INSERT INTO done_children (wait, outcome, child) VALUES (?, ?, ?)');
  const final = connection.query<[string, FinalState]>(
    `SELECT child, state FROM pending_children JOIN operations ON name = child
     WHERE wait = ${OPEN_WAIT_NUMBER} AND complete_time IS NOT NULL`,
  );
  const page = connection.query<[string, ChildOutcome]>(
    `SELECT child, 'PENDING' FROM pending_children WHERE wait = ${WAIT_NUMBER} AND child > ?
     UNION ALL SELECT child, outcome FROM done_children WHERE wait = ${WAIT_NUMBER} AND child > ?
     ORDER BY child LIMIT ?`,
  );
  const counts = connection.query<[ChildOutcome, number]>(
    `SELECT 'PENDING', COUNT(*) FROM pending_children WHERE wait = ${WAIT_NUMBER} HAVING COUNT(*) > 0
     UNION ALL SELECT outcome, COUNT(*) FROM done_children WHERE wait = ${WAIT_NUMBER} GROUP BY outcome`,
  );
  const countPending = connection.query<[number]>(
    `SELECT COUNT(*) FROM (SELECT 1 FROM pending_children WHERE wait = ${WAIT_NUMBER} LIMIT ?)`,
  );
  const countSucceeded = connection.query<[number]>(
    `SELECT COUNT(*) FROM (SELECT 1 FROM done_children
       WHERE wait = ${WAIT_NUMBER} AND outcome = 'SUCCEEDED' LIMIT ?)`,
  );
  const countUnsuccessful = connection.query<[number]>(
    `SELECT COUNT(*) FROM (SELECT 1 FROM done_children
       WHERE wait = ${WAIT_NUMBER} AND outcome IN ('FAILED', 'CANCELLED', 'NOT_FOUND') LIMIT ?)`,
  );

  /** The first outcome of a child stands. */
  const finish = ({ operation, waitId }: WaitRef, key: string, outcome: DoneOutcome): void => {
    const [wait] = removePending.first([operation, waitId, key]) ?? [];
    if (wait !== undefined) insertDone.run([wait, outcome, key]);
  };

  return {
    insert(wait: number, keys: readonly string[]): void {
      insertPending(keys.map((key) => [wait, key]));
    },
    finish,
    record(ref: WaitRef, done: readonly Child[]): void {
      for (const { key, outcome } of done) if (outcome !== 'PENDING') finish(ref, key, outcome);
    },
    /** Children whose operation is terminal or deleted get the outcome that it has. */
    catchUp(ref: WaitRef): void {
      for (const [key, state] of final.all([ref.operation, ref.waitId])) finish(ref, key, outcomeOf(state));
    },
    page({ operation, waitId }: WaitRef, limit: number, after = ''): readonly Child[] {
      return page
        .all([operation, waitId, after, operation, waitId, after, limit])
        .map(([key, outcome]) => ({ key, outcome }));
    },
    counts({ operation, waitId }: WaitRef): Partial<Record<ChildOutcome, number>> {
      return Object.fromEntries(counts.all([operation, waitId, operation, waitId]));
    },
    /** Counts no further than the limits. */
    tally({ operation, waitId }: WaitRef, limits: Tally): Tally {
      const count = (query: typeof countPending, limit: number) =>
        limit === 0 ? 0 : (query.first([operation, waitId, limit])?.[0] ?? 0);
      return {
        pending: count(countPending, limits.pending),
        succeeded: count(countSucceeded, limits.succeeded),
        unsuccessful: count(countUnsuccessful, limits.unsuccessful),
      };
    },
  };
}
