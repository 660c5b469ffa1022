import type { OperationName } from './operation-name.ts';

/**
 * The operations that wait for one target operation, directly or through others, each with the operation that it waits for.
 * Following the values leads from any key to the target.
 */
export type Waiters = ReadonlyMap<OperationName, OperationName>;

/**
 * Returns the cycle that `operation` would close by waiting for `children`, as the path from the operation back to itself, or
 * undefined if there is none. Operations that wait for each other in a cycle could never end.
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
