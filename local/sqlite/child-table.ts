import { type ChildOutcome, childOutcomeOf, type DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { FinalState } from '../../shared/lifecycle/operation.ts';
import type { BegunWait } from '../../shared/lifecycle/outcome.ts';
import type { Tally } from '../../shared/lifecycle/policy.ts';
import type { Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import type { Child } from '../../shared/orchestrator/ports/wait-children.ts';
import { encodeChildResult } from '../../shared/records/any-record.ts';
import { settledChildren } from '../../shared/records/settled-children.ts';
import { tallyOf } from '../../shared/records/tally.ts';
import { missingOf, type OutcomeCounts, withMissing } from '../../shared/records/wait-record.ts';
import type { ChangedNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import { FinishedChildren } from './finished-children.ts';
import type { OperationTable } from './operation-table.ts';
import { rowInserts } from './row-batches.ts';
import { OPEN_WAIT_NUMBER, WAIT_NUMBER } from './wait-table.ts';
import type { KnownWaits } from './waits-of-children.ts';

/** The outcome of a child that is done. */
export interface DoneChild {
  readonly outcome: DoneOutcome;
  /** The size of what the other service returned about the child. */
  readonly resultBytes?: number;
}

/** The children of a wait and their outcomes. After the wait has ended, its children no longer change. */
export function childTable(
  connection: Connection,
  operations: Pick<OperationTable, 'finalStates'>,
  changedChildren: ChangedNames,
  { recentWaits, waitsOfChildren }: KnownWaits,
) {
  const finished = new FinishedChildren(connection, changedChildren, recentWaits, waitsOfChildren);
  const insertPending = rowInserts(connection, 'INSERT INTO pending_children', ['wait', 'child']);
  const removePending = connection.query<[number]>(
    `DELETE FROM pending_children WHERE wait = ${OPEN_WAIT_NUMBER} AND child = ? RETURNING wait`,
  );
  const insertDone = connection.command(
    'INSERT INTO done_children (wait, outcome, child, result) VALUES (?, ?, ?, ?)',
  );
  const final = connection.query<[string, FinalState]>(
    `SELECT child, state FROM pending_children JOIN operations ON name = child
     WHERE wait = ${OPEN_WAIT_NUMBER} AND complete_time IS NOT NULL`,
  );
  const pending = connection.query<[string, number]>(
    `SELECT child, EXISTS (SELECT 1 FROM operations WHERE name = child) FROM pending_children
     WHERE wait = ${WAIT_NUMBER} AND child > ? ORDER BY child LIMIT ?`,
  );
  const listed = `wait = ${WAIT_NUMBER} AND outcome IN ('SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND')
    AND child IN (SELECT value FROM json_each(?))`;
  const done = connection.query<[string, DoneOutcome, number | null]>(
    `SELECT child, outcome, length(result) FROM done_children WHERE ${listed}`,
  );
  const results = connection.query<[string, Uint8Array]>(
    `SELECT child, result FROM done_children WHERE ${listed}`,
  );
  const byKey = connection.query<[string]>(
    `SELECT child FROM pending_children WHERE wait = ${WAIT_NUMBER}
     UNION ALL SELECT child FROM done_children WHERE wait = ${WAIT_NUMBER}
     ORDER BY child LIMIT ? OFFSET ?`,
  );
  const counts = connection.query<[ChildOutcome, number]>(
    `SELECT 'PENDING', COUNT(*) FROM pending_children WHERE wait = ${WAIT_NUMBER} HAVING COUNT(*) > 0
     UNION ALL SELECT outcome, COUNT(*) FROM done_children WHERE wait = ${WAIT_NUMBER} GROUP BY outcome`,
  );
  const countMissing = connection.query<[number]>(
    `SELECT COUNT(*) FROM pending_children
     WHERE wait = ${WAIT_NUMBER} AND child IN (SELECT value FROM json_each(?))`,
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

  /** The first outcome of a child is kept. */
  const finish = ({ operation, waitId }: WaitRef, child: Child): void => {
    const { key, outcome, result } = child;
    if (outcome === 'PENDING') return;
    finished.end();
    const [wait] = removePending.first([operation, waitId, key]) ?? [];
    if (wait === undefined) return;
    insertDone.run([wait, outcome, key, result ? encodeChildResult(result) : null]);
    changedChildren.add(key);
    recentWaits.finish(wait, key, outcome, result !== undefined);
    waitsOfChildren.forget(key);
  };

  return {
    finished,
    finish,
    /** Returns the counts of the wait from its beginning. */
    insert(number: number, { wait, childKeys, gone, done = [] }: BegunWait): OutcomeCounts {
      const settled = settledChildren(gone, done);
      const waitedFor = settled.size === 0 ? childKeys : childKeys.filter((key) => !settled.has(key));
      insertPending(waitedFor.map((key) => [number, key]));
      for (const key of waitedFor) changedChildren.add(key);
      waitsOfChildren.add(number, wait, waitedFor);
      const counts: OutcomeCounts = { PENDING: waitedFor.length };
      for (const { key, outcome, result } of settled.values()) {
        insertDone.run([number, outcome, key, result ? encodeChildResult(result) : null]);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
      return counts;
    },
    /** Gives children whose operation is terminal or deleted the outcome of the operation. */
    catchUp(ref: WaitRef): void {
      const known = recentWaits.get(ref);
      if (known?.createsAll) return;
      const keys = known && !known.wait.end ? known.pending() : undefined;
      if (known && keys) {
        for (const [key, state] of operations.finalStates(keys)) {
          finished.add(known.number, key, childOutcomeOf(state));
        }
        return;
      }
      finished.end();
      for (const [key, state] of final.all([ref.operation, ref.waitId])) {
        finish(ref, { key, outcome: childOutcomeOf(state) });
      }
    },
    /** Returns the pending children after the key `after`, by key. */
    pending({ operation, waitId }: WaitRef, limit: number, after = '') {
      finished.end();
      return pending
        .all([operation, waitId, after, limit])
        .map(([key, exists]) => ({ key, exists: exists !== 0 }));
    },
    /** Returns those of the given children that are done. */
    done(ref: WaitRef, keys: readonly string[]): ReadonlyMap<string, DoneChild> {
      if (keys.length === 0) return new Map();
      const known = recentWaits.get(ref)?.outcomesOf(keys);
      if (known) return known;
      const { operation, waitId } = ref;
      finished.end();
      return new Map(
        done
          .all([operation, waitId, JSON.stringify(keys)])
          .map(([key, outcome, bytes]) => [key, { outcome, resultBytes: bytes ?? undefined }]),
      );
    },
    /** Returns what other services returned about these children. */
    results({ operation, waitId }: WaitRef, keys: readonly string[]): ReadonlyMap<string, Uint8Array> {
      if (keys.length === 0) return new Map();
      finished.end();
      return new Map(results.all([operation, waitId, JSON.stringify(keys)]));
    },
    /** Returns all children by key, starting at index `from`. */
    byKey({ operation, waitId }: WaitRef, from: number, limit: number): readonly string[] {
      finished.end();
      return byKey.all([operation, waitId, operation, waitId, limit, from]).map(([key]) => key);
    },
    counts(wait: Wait): OutcomeCounts {
      const { operation, waitId } = wait;
      const missing = missingOf(wait);
      const known = recentWaits.get(wait)?.counts;
      if (known && missing.length === 0) return known;
      finished.end();
      const found = known ?? Object.fromEntries(counts.all([operation, waitId, operation, waitId]));
      if (missing.length === 0) return found;
      const [count = 0] = countMissing.first([operation, waitId, JSON.stringify(missing)]) ?? [];
      return withMissing(found, count);
    },
    /** Counts up to the limits. */
    tally(ref: WaitRef, limits: Tally): Tally {
      const known = recentWaits.get(ref)?.counts;
      if (known) return tallyOf(known, limits);
      finished.end();
      const { operation, waitId } = ref;
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
