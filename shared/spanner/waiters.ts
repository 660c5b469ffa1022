import type { Waiters } from '../lifecycle/cycle.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import { type Cells, cellsOf, required } from './cells.ts';
import type { Reader } from './reader.ts';

interface WaitForChild extends WaitRef {
  readonly child: OperationName;
}

/** For each of the operations, the open waits that have it as a child that is pending: at most `limit` of them. */
export async function readOpenWaitsFor(
  reader: Reader,
  children: readonly OperationName[],
  limit: number,
): Promise<ReadonlyMap<OperationName, readonly WaitRef[]>> {
  const found = new Map<OperationName, WaitRef[]>(children.map((child) => [child, []]));
  if (children.length === 0) return found;
  const { waits, pendingChildren, pendingChildrenByChild } = reader.tables;
  const rows = await reader.query({
    sql: `
      SELECT wanted AS Child, found.key, found.WaitId
      FROM UNNEST(@children) AS wanted, UNNEST(ARRAY(
        SELECT AS STRUCT p.key, p.WaitId FROM ${pendingChildren}@{FORCE_INDEX=${pendingChildrenByChild}} AS p
        JOIN@{JOIN_METHOD=APPLY_JOIN} ${waits} AS w ON w.key = p.key AND w.WaitId = p.WaitId
        WHERE p.Child = wanted AND w.EndTime IS NULL LIMIT @limit
      )) AS found`,
    params: { children: [...children], limit },
  });
  for (const { child, ...ref } of rows.map(cellsOf).map(waitForChild)) found.get(child)?.push(ref);
  return found;
}

/**
 * Who waits for the operation, over however many others: breadth first, one query a level.
 *
 * Invariant: it locks the gaps as well as the rows that it finds, so that of two waits that would close a cycle
 * together only one commits.
 */
export async function readWaiters(reader: Reader, name: OperationName): Promise<Waiters> {
  const waiters = new Map<OperationName, OperationName>();
  for (let level: readonly OperationName[] = [name]; level.length > 0; ) {
    const next = (await readWaitersOf(reader, level)).filter(({ operation }) => !waiters.has(operation));
    for (const { operation, child } of next) waiters.set(operation, child);
    level = [...new Set(next.map(({ operation }) => operation))];
  }
  return waiters;
}

async function readWaitersOf(
  reader: Reader,
  children: readonly OperationName[],
): Promise<readonly WaitForChild[]> {
  const { waits, pendingChildren, pendingChildrenByChild } = reader.tables;
  const rows = await reader.query({
    sql: `
      SELECT p.Child, p.key, p.WaitId FROM ${pendingChildren}@{FORCE_INDEX=${pendingChildrenByChild}} AS p
      JOIN@{JOIN_METHOD=APPLY_JOIN} ${waits} AS w ON w.key = p.key AND w.WaitId = p.WaitId
      WHERE p.Child IN UNNEST(@children) AND w.EndTime IS NULL`,
    params: { children: [...children] },
  });
  return rows.map(cellsOf).map(waitForChild);
}

function waitForChild(cells: Cells): WaitForChild {
  return {
    child: required(cells.text('Child')) as OperationName,
    operation: required(cells.text('key')) as OperationName,
    waitId: required(cells.text('WaitId')),
  };
}
