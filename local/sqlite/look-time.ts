import type { Launch, Wait, WaitRef } from '../../shared/lifecycle/wait.ts';
import { operationOf } from './commit.ts';
import type { Tables } from './tables.ts';

/** Sets when `sweep` next looks at the wait. Does nothing if the wait has ended. Call it within a transaction. */
export function postponeLook(tables: Tables, { operation: name, waitId }: WaitRef, lookTime: number): void {
  const stored = tables.operations.read(name);
  if (stored?.record.waitId !== waitId) return;
  const operation = operationOf(tables, stored);
  if (operation.state !== 'WAITING') return;
  tables.operations.update(stored, operation, { ...operation, lookTime }, stored.historyLength);
}

/** Records the launch. Returns the wait as it is then, or undefined if it does not exist. */
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
