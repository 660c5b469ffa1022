import type { Waiters } from '../lifecycle/cycle.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import { type Cells, cellsOf, required } from './cells.ts';
import type { Reader } from './reader.ts';
import type { Tables } from './tables.ts';

export interface WaitForChild extends WaitRef {
  readonly child: OperationName;
}

/** The SQL of a column that has at most `@waitLimit` open waits in which the name `wanted` is a pending child. */
export function openWaitsColumn({ waits, pendingChildren, pendingChildrenByChild }: Tables): string {
  return `ARRAY(
      SELECT AS STRUCT p.key, p.WaitId, p.Child
      FROM ${pendingChildren}@{FORCE_INDEX=${pendingChildrenByChild}} AS p
      JOIN@{JOIN_METHOD=APPLY_JOIN} ${waits} AS open ON open.key = p.key AND open.WaitId = p.WaitId
      WHERE p.Child = wanted AND open.EndTime IS NULL LIMIT @waitLimit
    ) AS OpenWaits`;
}

export function openWaitsIn(found: Cells): readonly WaitForChild[] {
  return found.structs('OpenWaits').map(waitForChild);
}

/**
 * Finds the operations that wait for the operation, directly or through others: breadth first, one query per level. `first` is
 * the first level, if the caller knows all of it.
 *
 * Invariant: the queries lock rows and gaps, so that only one of two waits that together would close a cycle commits.
 */
export async function readWaiters(
  reader: Reader,
  name: OperationName,
  first?: readonly WaitForChild[],
): Promise<Waiters> {
  const waiters = new Map<OperationName, OperationName>();
  let found = first ?? (await readWaitersOf(reader, [name]));
  for (;;) {
    const next = found.filter(({ operation }) => !waiters.has(operation));
    for (const { operation, child } of next) waiters.set(operation, child);
    if (next.length === 0) return waiters;
    found = await readWaitersOf(reader, [...new Set(next.map(({ operation }) => operation))]);
  }
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
