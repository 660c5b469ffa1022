import { type ChildOutcome, childOutcomeOf, type DoneOutcome } from '../lifecycle/child-outcome.ts';
import type { FinalState } from '../lifecycle/operation.ts';
import type { Tally } from '../lifecycle/policy.ts';
import type { Wait, WaitRef } from '../lifecycle/wait.ts';
import type { Child } from '../orchestrator/ports/wait-children.ts';
import { missingOf, type OutcomeCounts, withMissing } from '../records/wait-record.ts';
import { type Cells, cellsOf, type Row, required } from './cells.ts';
import { type KeyRange, prefix, type Reader } from './reader.ts';
import type { Tables } from './tables.ts';

const UNSUCCESSFUL: readonly DoneOutcome[] = ['FAILED', 'CANCELLED', 'NOT_FOUND'];
const DONE: readonly DoneOutcome[] = ['SUCCEEDED', ...UNSUCCESSFUL];

/** The outcome of a child that is done. */
export interface DoneChild {
  readonly outcome: DoneOutcome;
  /** The size of the result that another service returned, in bytes. */
  readonly resultBytes?: number;
}

/** Returns those of the given children that are pending. */
export async function readPending(reader: Reader, ref: WaitRef, children: readonly string[]) {
  const keys = children.map((child) => [ref.operation, ref.waitId, child]);
  return new Set(childKeys(await reader.read(reader.tables.pendingChildren, { columns: ['Child'], keys })));
}

/** SQL: a column of the wait `w` that says whether any child is pending. */
export function anyPendingColumn({ pendingChildren }: Tables): string {
  return `EXISTS (
      SELECT 1 FROM ${pendingChildren} AS p WHERE p.key = w.key AND p.WaitId = w.WaitId LIMIT 1
    ) AS AnyPending`;
}

/** SQL: a column of the wait `w` that says whether any child except the parameter `child` is pending. */
export function otherPendingColumn({ pendingChildren }: Tables): string {
  return `EXISTS (
      SELECT 1 FROM ${pendingChildren} AS p WHERE p.key = w.key AND p.WaitId = w.WaitId AND p.Child != @child LIMIT 1
    ) AS OtherPending`;
}

/** SQL: columns of the wait `w` with the number of its children by outcome. */
export function countColumns({ pendingChildren, doneChildren }: Tables): readonly string[] {
  return [
    `(SELECT COUNT(*) FROM ${pendingChildren} AS p WHERE p.key = w.key AND p.WaitId = w.WaitId) AS Pending`,
    `ARRAY(
      SELECT AS STRUCT d.Outcome, COUNT(*) AS Children FROM ${doneChildren} AS d
      WHERE d.key = w.key AND d.WaitId = w.WaitId GROUP BY d.Outcome
    ) AS Done`,
  ];
}

export async function countsIn(reader: Reader, wait: Wait, beside: Cells): Promise<OutcomeCounts> {
  const pending = required(beside.int('Pending'));
  const counts: Partial<Record<ChildOutcome, number>> = pending > 0 ? { PENDING: pending } : {};
  for (const done of beside.structs('Done')) {
    counts[required(done.text('Outcome')) as ChildOutcome] = required(done.int('Children'));
  }
  return withMissing(counts, await countMissing(reader, wait));
}

/** Returns the pending children whose operation is terminal or deleted, after the key `after`, by key. */
export async function readOverdue(
  reader: Reader,
  { operation, waitId }: WaitRef,
  limit: number,
  after: string,
): Promise<readonly Child[]> {
  const { operations, pendingChildren } = reader.tables;
  const rows = await reader.query({
    sql: `
      SELECT p.Child, o.State FROM ${pendingChildren} AS p
      JOIN@{JOIN_METHOD=APPLY_JOIN} ${operations} AS o ON o.key = p.Child
      WHERE p.key = @operation AND p.WaitId = @waitId AND p.Child > @after AND o.CompleteTime IS NOT NULL
      ORDER BY p.Child LIMIT @limit`,
    params: { operation, waitId, after, limit },
  });
  return rows.map(cellsOf).map((cells) => ({
    key: required(cells.text('Child')),
    outcome: childOutcomeOf(required(cells.text('State')) as FinalState),
  }));
}

/** Returns the pending children after the key `after`, by key, each with whether its operation exists. */
export async function readPendingChildren(
  reader: Reader,
  { operation, waitId }: WaitRef,
  limit: number,
  after = '',
): Promise<readonly { readonly key: string; readonly exists: boolean }[]> {
  const { operations, pendingChildren } = reader.tables;
  const rows = await reader.query({
    sql: `
      SELECT p.Child, EXISTS (SELECT 1 FROM ${operations} AS o WHERE o.key = p.Child) AS IsThere
      FROM ${pendingChildren} AS p
      WHERE p.key = @operation AND p.WaitId = @waitId AND p.Child > @after ORDER BY p.Child LIMIT @limit`,
    params: { operation, waitId, after, limit },
  });
  return rows
    .map(cellsOf)
    .map((cells) => ({ key: required(cells.text('Child')), exists: cells.bool('IsThere') === true }));
}

/** Returns those of the given children that are done. */
export async function readDone(
  reader: Reader,
  ref: WaitRef,
  children: readonly string[],
): Promise<ReadonlyMap<string, DoneChild>> {
  if (children.length === 0) return new Map();
  const keys = doneKeys(ref, children);
  const columns = ['Child', 'Outcome', 'ResultBytes'];
  const rows = await reader.read(reader.tables.doneChildren, { columns, keys });
  return new Map(
    rows.map(cellsOf).map((cells) => {
      const outcome = required(cells.text('Outcome')) as DoneOutcome;
      return [required(cells.text('Child')), { outcome, resultBytes: cells.int('ResultBytes') }];
    }),
  );
}

/** Returns the results that other services returned for these children. */
export async function readResults(
  reader: Reader,
  ref: WaitRef,
  children: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (children.length === 0) return new Map();
  const keys = doneKeys(ref, children);
  const rows = await reader.read(reader.tables.doneChildren, { columns: ['Child', 'Result'], keys });
  return new Map(
    rows.map(cellsOf).flatMap((cells) => {
      const result = cells.bytes('Result');
      return result ? [[required(cells.text('Child')), result]] : [];
    }),
  );
}

function doneKeys({ operation, waitId }: WaitRef, children: readonly string[]) {
  return children.flatMap((child) => DONE.map((outcome) => [operation, waitId, outcome, child]));
}

/** Returns the keys of all children with this outcome. */
export async function readKeysOf(
  reader: Reader,
  { operation, waitId }: WaitRef,
  outcome: ChildOutcome,
): Promise<readonly string[]> {
  const { pendingChildren, doneChildren } = reader.tables;
  if (outcome === 'PENDING') {
    const ranges = [prefix([operation, waitId])];
    return childKeys(await reader.read(pendingChildren, { columns: ['Child'], ranges }));
  }
  const ranges = [prefix([operation, waitId, outcome])];
  return childKeys(await reader.read(doneChildren, { columns: ['Child'], ranges }));
}

/** Returns children by key, starting at index `from`: the order of a wait without a stored order. */
export async function readByKey(
  reader: Reader,
  { operation, waitId }: WaitRef,
  from: number,
  limit: number,
): Promise<readonly string[]> {
  const { pendingChildren, doneChildren } = reader.tables;
  const ofWait = 'WHERE key = @operation AND WaitId = @waitId';
  const rows = await reader.query({
    sql: `
      SELECT Child FROM ${pendingChildren} ${ofWait} UNION ALL SELECT Child FROM ${doneChildren} ${ofWait}
      ORDER BY Child LIMIT @limit OFFSET @from`,
    params: { operation, waitId, from, limit },
  });
  return childKeys(rows);
}

/** Counts up to the limits, and reads no more rows than that. */
export async function readTally(reader: Reader, ref: WaitRef, limits: Tally): Promise<Tally> {
  const wait = [ref.operation, ref.waitId];
  const count = async (table: string, ranges: readonly KeyRange[], limit: number) => {
    // To Spanner, a limit of 0 means no limit.
    if (limit === 0) return 0;
    return (await reader.read(table, { columns: ['Child'], ranges, limit })).length;
  };
  const ofOutcomes = (outcomes: readonly DoneOutcome[]) =>
    outcomes.map((outcome) => prefix([...wait, outcome]));
  const [pending, succeeded, unsuccessful] = await Promise.all([
    count(reader.tables.pendingChildren, [prefix(wait)], limits.pending),
    count(reader.tables.doneChildren, ofOutcomes(['SUCCEEDED']), limits.succeeded),
    count(reader.tables.doneChildren, ofOutcomes(UNSUCCESSFUL), limits.unsuccessful),
  ]);
  return { pending, succeeded, unsuccessful };
}

/** Returns the number of children by outcome, for each wait of one operation. */
export async function readCounts(reader: Reader, waits: readonly Wait[]): Promise<readonly OutcomeCounts[]> {
  const [first] = waits;
  if (!first) return [];
  const { pendingChildren, doneChildren } = reader.tables;
  const ofWaits = 'WHERE key = @operation AND WaitId IN UNNEST(@waitIds)';
  const rows = await reader.query({
    sql: `
      SELECT WaitId, 'PENDING' AS Outcome, COUNT(*) AS Children FROM ${pendingChildren} ${ofWaits} GROUP BY WaitId
      UNION ALL
      SELECT WaitId, Outcome, COUNT(*) FROM ${doneChildren} ${ofWaits} GROUP BY WaitId, Outcome`,
    params: { operation: first.operation, waitIds: waits.map(({ waitId }) => waitId) },
  });
  const counts = new Map<string, Partial<Record<ChildOutcome, number>>>();
  for (const cells of rows.map(cellsOf)) {
    const waitId = required(cells.text('WaitId'));
    const ofWait = counts.get(waitId) ?? {};
    ofWait[required(cells.text('Outcome')) as ChildOutcome] = required(cells.int('Children'));
    counts.set(waitId, ofWait);
  }
  return Promise.all(
    waits.map(async (wait) => withMissing(counts.get(wait.waitId) ?? {}, await countMissing(reader, wait))),
  );
}

/** A missing child may have got an outcome meanwhile. */
async function countMissing(reader: Reader, wait: Wait): Promise<number> {
  const missing = missingOf(wait);
  return missing.length === 0 ? 0 : (await readPending(reader, wait, missing)).size;
}

function childKeys(rows: readonly Row[]): string[] {
  return rows.map((row) => required(cellsOf(row).text('Child')));
}
