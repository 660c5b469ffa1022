/** When `sweep` looks at an open wait next, and how its workflow stands. */
import type { LaunchRefusal, Wait, WaitRef } from '../lifecycle/wait.ts';
import { toOperationRecord } from '../records/operation-record.ts';
import type { RowValues } from './cells.ts';
import { changedValues, readStored } from './operation-rows.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';
import { readWait } from './wait-rows.ts';

export type Launch = { readonly execution: string } | { readonly refusal: LaunchRefusal };

/** Nothing where the wait has ended. */
export async function postponeLook(
  transactions: Transactions,
  ref: WaitRef,
  lookTime: number,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const changed = await lookValues(reader, ref, lookTime);
    if (changed) mutations.update(reader.tables.operations, changed);
    return { commit: changed !== undefined, value: undefined };
  });
}

/** The wait as it is then, ended or not; undefined where it is gone. */
export async function recordLaunch(
  transactions: Transactions,
  ref: WaitRef,
  launch: Launch,
  lookTime: number | undefined,
): Promise<Wait | undefined> {
  return transactions.readWrite(async (reader, mutations) => {
    const [wait, changed] = await Promise.all([
      readWait(reader, ref),
      lookTime === undefined ? undefined : lookValues(reader, ref, lookTime),
    ]);
    if (!wait) return { commit: false, value: undefined };
    const { refusal: _, ...known } = wait;
    const launched: Wait = 'execution' in launch ? { ...known, ...launch } : { ...wait, ...launch };
    const { execution, refusal } = launched;
    mutations.update(reader.tables.waits, {
      ...{ key: ref.operation, WaitId: ref.waitId, Execution: execution ?? null },
      Refusal: refusal ? JSON.stringify(refusal) : null,
    });
    if (changed) mutations.update(reader.tables.operations, changed);
    return { commit: true, value: launched };
  });
}

/** The columns of the operation that change; undefined where the operation waits for it no longer. */
async function lookValues(
  reader: Reader,
  { operation: name, waitId }: WaitRef,
  lookTime: number,
): Promise<RowValues | undefined> {
  const stored = (await readStored(reader, [name])).get(name);
  if (!stored) return undefined;
  const { operation, historyLength } = stored;
  if (operation.state !== 'WAITING' || operation.wait.waitId !== waitId) return undefined;
  return changedValues(stored, toOperationRecord({ ...operation, lookTime }, stored), historyLength);
}
