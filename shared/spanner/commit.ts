import type { Change, Commit, Committed, Reads, Snapshot } from '../orchestrator/ports/commit.ts';
import type { WaitProgress } from '../orchestrator/ports/waits.ts';
import { type Decision, decidedBy, decideOn, isThrown } from '../records/decision.ts';
import { type CommitSize, fits, plus, sizeOf } from './commit-size.ts';
import { isOutcomeUnknown, orFailure } from './failures.ts';
import { readProgressOfLast } from './inspection.ts';
import { queueChange } from './mutations.ts';
import type { Reader } from './reader.ts';
import { readSnapshots } from './snapshot.ts';
import type { Transactions } from './transactions.ts';

/** The largest number of commits in one transaction. */
const MAX_COMMITS = 250;

/** Runs one read-write transaction: reads, decides and writes. */
export async function commit<C extends Change | undefined>(
  transactions: Transactions,
  beside: Reader,
  reads: Reads,
  decide: (snapshot: Snapshot) => C,
): Promise<Committed<C>> {
  let progress: Promise<WaitProgress | undefined> | undefined;
  const [decision] = await orFailure(() =>
    commitFirst(transactions, [{ reads, decide }], (change) => {
      progress = progressWithout(beside, change);
    }),
  );
  if (!decision) throw new TypeError('A transaction decides one commit at least.');
  const committed = decidedBy(decision);
  return committed.change && progress ? { ...committed, progress: await progress } : committed;
}

/**
 * Returns the progress of the wait in which the change finishes a child, if no other child is pending. Runs during the commit and
 * without a lock, so that children that end at the same time do not block each other. The result is still true after the commit,
 * because a child that has ended never becomes pending again.
 */
async function progressWithout(
  beside: Reader,
  { operation, finished }: Change,
): Promise<WaitProgress | undefined> {
  const [wait, ...others] = finished?.waits ?? [];
  if (!wait || others.length > 0) return undefined;
  // The effect that settles the wait reads the progress itself.
  return readProgressOfLast(beside, wait, operation.name).catch(() => undefined);
}

/** Runs the commits in as few transactions as possible, up to the first commit whose decision throws. */
export async function commitAll<C extends Change | undefined>(
  transactions: Transactions,
  commits: readonly Commit<C>[],
): Promise<readonly Committed<C>[]> {
  const committed: Committed<C>[] = [];
  while (committed.length < commits.length) {
    const next = commits.slice(committed.length, committed.length + MAX_COMMITS);
    const decisions = await orFailure(() => commitFirst(transactions, next));
    committed.push(...decisions.map(decidedBy));
  }
  return committed;
}

/** How long after its begin a transaction whose outcome is unknown is repeated, in milliseconds. Its caller waits for half a minute. */
const REPEAT_WITHIN_MS = 10_000;

/**
 * Runs as many of the first commits as fit one transaction, at least one, up to the first one whose decision throws. Returns their decisions.
 *
 * If the answer to the commit is lost, the transaction may have been committed. The client then runs the function again after some
 * errors, and this function does so after the others: the events are found in the history, or are committed now.
 */
async function commitFirst<C extends Change | undefined>(
  transactions: Transactions,
  commits: readonly Commit<C>[],
  committing: (change: Change) => void = () => {},
): Promise<readonly Decision<C>[]> {
  /** The positions of the commits that an earlier run has tried to commit. */
  const tried = new Set<number>();
  const begin = performance.now();
  const run = () => runFirst(transactions, commits, tried, committing);
  try {
    return await run();
  } catch (error) {
    if (tried.size === 0 || !isOutcomeUnknown(error) || performance.now() - begin > REPEAT_WITHIN_MS)
      throw error;
    return run();
  }
}

function runFirst<C extends Change | undefined>(
  transactions: Transactions,
  commits: readonly Commit<C>[],
  tried: Set<number>,
  committing: (change: Change) => void,
): Promise<readonly Decision<C>[]> {
  return transactions.readWrite(async (reader, mutations) => {
    const snapshots = await readSnapshots(
      reader,
      commits.map(({ reads }) => reads),
    );
    const decisions: Decision<C>[] = [];
    let size: CommitSize = { mutations: 0, bytes: 0 };
    let changed = false;
    for (const [index, { decide }] of commits.entries()) {
      const found = snapshots[index];
      if (!found) break;
      const decision = decideOn(found.snapshot, decide);
      const change = isThrown(decision) ? undefined : decision.change;
      if (change) size = plus(size, sizeOf(change));
      if (decisions.length > 0 && !fits(size)) break;
      if (isThrown(decision)) {
        decisions.push(decision);
        break;
      }
      decisions.push(tried.has(index) ? { ...decision, mayBeOwn: true } : decision);
      if (change) {
        queueChange(mutations, reader.tables, change, found.stored);
        committing(change);
        tried.add(index);
        changed = true;
      }
    }
    return { commit: changed, value: decisions };
  });
}
