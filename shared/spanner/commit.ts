import type { Change, Reads, Snapshot } from '../orchestrator/store.ts';
import { orFailure } from './failures.ts';
import { queueChange } from './mutations.ts';
import { readSnapshot } from './snapshot.ts';
import type { Ending, Transactions } from './transactions.ts';

type Decide<C> = (snapshot: Snapshot) => C;

type Outcome<C> = { readonly snapshot: Snapshot; readonly change: C } | { readonly thrown: unknown };

/** One read-write transaction: read, decide, write. */
export async function commit<C extends Change | undefined>(
  transactions: Transactions,
  reads: Reads,
  decide: Decide<C>,
): Promise<{ readonly snapshot: Snapshot; readonly change: C }> {
  const outcome = await orFailure(() =>
    transactions.readWrite(async (reader, mutations): Promise<Ending<Outcome<C>>> => {
      const { snapshot, historyLength } = await readSnapshot(reader, reads);
      // Returned and not thrown: to the client library, an error with the code of ABORTED means to try again.
      let change: C;
      try {
        change = decide(snapshot);
      } catch (thrown) {
        return { commit: false, value: { thrown } };
      }
      if (change) queueChange(mutations, reader.tables, change, historyLength);
      return { commit: change !== undefined, value: { snapshot, change } };
    }),
  );
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome;
}
