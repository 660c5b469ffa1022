import type { OperationName } from '../lifecycle/operation-name.ts';
import type { ChildOutcome, DoneOutcome, Tally, WaitRef } from '../lifecycle/wait.ts';
import type { Child } from '../orchestrator/ports/store.ts';
import { cellsOf, type Row, required } from './cells.ts';
import { type KeyRange, prefix, prefixAfter, type Reader } from './reader.ts';

const UNSUCCESSFUL: readonly DoneOutcome[] = ['FAILED', 'CANCELLED', 'NOT_FOUND'];
const DONE: readonly DoneOutcome[] = ['SUCCEEDED', ...UNSUCCESSFUL];

/** The waits that have this operation as a child that is pending; also waits that ended without it. */
export async function readWaitsForChild(
  reader: Reader,
  children: readonly OperationName[],
): Promise<readonly (WaitRef & { readonly child: OperationName })[]> {
  const rows = await reader.read(reader.tables.pendingChildren, {
    index: reader.tables.pendingChildrenByChild,
    columns: ['Child', 'key', 'WaitId'],
    ranges: children.map((child) => prefix([child])),
  });
  return rows.map(cellsOf).map((cells) => ({
    child: required(cells.text('Child')) as OperationName,
    operation: required(cells.text('key')) as OperationName,
    waitId: required(cells.text('WaitId')),
  }));
}

/** Those of the children that are pending. */
export async function readPending(reader: Reader, ref: WaitRef, children: readonly string[]) {
  const keys = children.map((child) => [ref.operation, ref.waitId, child]);
  return new Set(childKeys(await reader.read(reader.tables.pendingChildren, { columns: ['Child'], keys })));
}

export async function readPendingAfter(
  reader: Reader,
  ref: WaitRef,
  limit: number,
  after: string | undefined,
): Promise<readonly string[]> {
  const ranges = [prefixAfter([ref.operation, ref.waitId], after)];
  return childKeys(await reader.read(reader.tables.pendingChildren, { columns: ['Child'], ranges, limit }));
}

/** By key: each group is a range of its own that begins behind `after`, and the page is the front of them together. */
export async function readChildren(
  reader: Reader,
  ref: WaitRef,
  limit: number,
  after: string | undefined,
): Promise<readonly Child[]> {
  const done = async (outcome: DoneOutcome) => {
    const ranges = [prefixAfter([ref.operation, ref.waitId, outcome], after)];
    const rows = await reader.read(reader.tables.doneChildren, { columns: ['Child'], ranges, limit });
    return childKeys(rows).map((key): Child => ({ key, outcome }));
  };
  const pending = readPendingAfter(reader, ref, limit, after);
  const groups = await Promise.all([
    pending.then((keys) => keys.map((key): Child => ({ key, outcome: 'PENDING' }))),
    ...DONE.map(done),
  ]);
  return groups
    .flat()
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .slice(0, limit);
}

/** Reads as many rows as the limits say, however many there are. */
export async function readTally(reader: Reader, ref: WaitRef, limits: Tally): Promise<Tally> {
  const wait = [ref.operation, ref.waitId];
  const count = async (table: string, ranges: readonly KeyRange[], limit: number) => {
    // A read without a limit is what 0 would mean to Spanner.
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

export async function readOutcomeCounts(reader: Reader, ref: WaitRef) {
  const rows = await reader.query({
    sql: `
      SELECT 'PENDING' AS Outcome, COUNT(*) AS Children FROM ${reader.tables.pendingChildren}
      WHERE key = @operation AND WaitId = @waitId
      UNION ALL
      SELECT Outcome, COUNT(*) FROM ${reader.tables.doneChildren}
      WHERE key = @operation AND WaitId = @waitId GROUP BY Outcome`,
    params: { operation: ref.operation, waitId: ref.waitId },
  });
  const counts: Partial<Record<ChildOutcome, number>> = {};
  for (const cells of rows.map(cellsOf)) {
    const count = required(cells.int('Children'));
    if (count > 0) counts[required(cells.text('Outcome')) as ChildOutcome] = count;
  }
  return counts;
}

function childKeys(rows: readonly Row[]): string[] {
  return rows.map((row) => required(cellsOf(row).text('Child')));
}
