/** Stores the time of the next look at an open wait, and the launch of its workflow. */
import type { Launch, Wait, WaitRef } from '../lifecycle/wait.ts';
import { toOperationRecord } from '../records/operation-record.ts';
import type { RowValues } from './cells.ts';
import { changedValues, readStored } from './operation-rows.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';
import { readWait } from './wait-rows.ts';

/** Does nothing if the wait has ended. */
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

/** Returns the wait after the write, or undefined if it does not exist. */
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
    const launched: Wait =
      'execution' in launch
        ? { ...wait, execution: launch.execution, refusal: undefined }
        : { ...wait, refusal: launch.refusal };
    const { execution, refusal } = launched;
    mutations.update(reader.tables.waits, {
      key: ref.operation,
      WaitId: ref.waitId,
      Execution: execution ?? null,
      Refusal: refusal ? JSON.stringify(refusal) : null,
    });
    if (changed) mutations.update(reader.tables.operations, changed);
    return { commit: true, value: launched };
  });
}

/** Returns the changed columns of the operation, or undefined if the operation no longer has this open wait. */
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
