import type { LaunchRefusal, Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import { operationOf } from './commit.ts';
import type { Tables } from './tables.ts';

/** When `sweep` looks at an open wait next, and how its workflow stands; within a transaction of the caller. */
export type Launch = { readonly execution: string } | { readonly refusal: LaunchRefusal };

/** Nothing where the wait has ended: its operation waits for another one, or for none. */
export function postponeLook(tables: Tables, { operation: name, waitId }: WaitRef, lookTime: number): void {
  const stored = tables.operations.current(name);
  if (stored?.record.waitId !== waitId) return;
  const operation = operationOf(tables, stored);
  if (operation.state !== 'WAITING') return;
  tables.operations.update(stored, operation, { ...operation, lookTime }, stored.historyLength);
}

/** The wait as it is then. */
export function recordLaunch(
  tables: Tables,
  ref: WaitRef,
  launch: Launch,
  lookTime: number | undefined,
): Wait | undefined {
  if ('execution' in launch) tables.waits.setExecution(ref, launch.execution);
  else tables.waits.setRefusal(ref, launch.refusal);
  if (lookTime !== undefined) postponeLook(tables, ref, lookTime);
  return tables.waits.read(ref);
}
