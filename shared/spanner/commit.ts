import type { Change, Reads, Snapshot } from '../orchestrator/ports/store.ts';
import { type Decided, decidedBy, decideOn } from '../records/decision.ts';
import { orFailure } from './failures.ts';
import { queueChange } from './mutations.ts';
import { readSnapshot } from './snapshot.ts';
import type { Transactions } from './transactions.ts';

/** One read-write transaction: read, decide, write. */
export async function commit<C extends Change | undefined>(
  transactions: Transactions,
  reads: Reads,
  decide: (snapshot: Snapshot) => C,
): Promise<Decided<C>> {
  const decision = await orFailure(() =>
    transactions.readWrite(async (reader, mutations) => {
      const stored = await readSnapshot(reader, reads);
      const value = decideOn(stored.snapshot, decide);
      const change = 'thrown' in value ? undefined : value.change;
      if (change) queueChange(mutations, reader.tables, change, stored);
      return { commit: change !== undefined, value };
    }),
  );
  return decidedBy(decision);
}
