import type { OperationName } from './operation-name.ts';

/**
 * Who waits, directly or over others, for one operation: each of them with the operation that it waits for.
 * Following the values leads from any of them to that one operation.
 */
export type Waiters = ReadonlyMap<OperationName, OperationName>;

/**
 * The cycle that `operation` would close by waiting for `children`, as the path from it back to itself, or undefined.
 * A child that waits for the operation, over however many others, could never be done.
 */
export function findCycle(
  operation: OperationName,
  children: readonly OperationName[],
  waiters: Waiters,
): readonly OperationName[] | undefined {
  const child = children.find((name) => name === operation || waiters.has(name));
  if (child === undefined) return undefined;
  const path: OperationName[] = [operation, child];
  for (let at = child; at !== operation; ) {
    const next = waiters.get(at);
    if (next === undefined) return undefined;
    path.push(next);
    at = next;
  }
  return path;
}
