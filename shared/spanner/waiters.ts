import type { Waiters } from '../lifecycle/cycle.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import { readWaitsForChild } from './child-rows.ts';
import type { Reader } from './reader.ts';
import { readOpenRefs } from './wait-rows.ts';

/** The open waits that have this operation as a child that is pending. */
export async function readOpenWaitsFor(reader: Reader, child: OperationName): Promise<readonly WaitRef[]> {
  return readOpenRefs(reader, await readWaitsForChild(reader, [child]));
}

/**
 * Who waits for the operation, over however many others: breadth first, two reads a level.
 *
 * Invariant: it locks the gaps as well as the rows that it finds, so that of two waits that would close a cycle
 * together only one commits.
 */
export async function readWaiters(reader: Reader, name: OperationName): Promise<Waiters> {
  const waiters = new Map<OperationName, OperationName>();
  for (let level: readonly OperationName[] = [name]; level.length > 0; ) {
    const found = await readWaitsForChild(reader, level);
    const open = new Set((await readOpenRefs(reader, found)).map(identity));
    const next = found.filter((ref) => open.has(identity(ref)) && !waiters.has(ref.operation));
    for (const { operation, child } of next) waiters.set(operation, child);
    level = [...new Set(next.map(({ operation }) => operation))];
  }
  return waiters;
}

function identity({ operation, waitId }: WaitRef): string {
  return `${operation} ${waitId}`;
}
