import type { FailedPolls, WaitRef } from '../lifecycle/wait.ts';
import type { Transactions } from './transactions.ts';
import { isWaitOpen } from './wait-rows.ts';

/** Stores the failed polls of an open wait. Does nothing if the wait has ended. */
export async function noteFailedPolls(
  transactions: Transactions,
  ref: WaitRef,
  polls: FailedPolls,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const commit = await isWaitOpen(reader, ref);
    if (commit) {
      mutations.update(reader.tables.waits, {
        key: ref.operation,
        WaitId: ref.waitId,
        FailedPolls: Object.keys(polls).length === 0 ? null : JSON.stringify(polls),
      });
    }
    return { commit, value: undefined };
  });
}
