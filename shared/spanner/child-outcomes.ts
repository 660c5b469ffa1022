import type { WaitRef } from '../lifecycle/wait.ts';
import type { Child } from '../orchestrator/ports/wait-children.ts';
import { readOverdue, readPending } from './child-rows.ts';
import { queueOutcome } from './mutations.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';
import { isWaitOpen } from './wait-rows.ts';

/** The number of children that one commit moves. Each takes ten mutations of the 80,000 that a commit may hold. */
const CHILDREN_A_COMMIT = 1_000;
/** The largest total size of results of other services in one commit. In base64 this is far below Spanner's limit of 100 MB. */
const RESULT_BYTES_A_COMMIT = 20_000_000;

/** Stores outcomes of children. The first outcome of a child is kept, and a wait that has ended is not changed. */
export async function recordOutcomes(
  transactions: Transactions,
  ref: WaitRef,
  children: readonly Child[],
): Promise<void> {
  for (const batch of batches(children.filter(({ outcome }) => outcome !== 'PENDING'))) {
    await recordBatch(transactions, ref, batch);
  }
}

function batches(children: readonly Child[]): readonly (readonly Child[])[] {
  const found: Child[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const child of children) {
    const batch = found.at(-1);
    bytes += resultBytes(child);
    if (batch && batch.length < CHILDREN_A_COMMIT && bytes <= RESULT_BYTES_A_COMMIT) batch.push(child);
    else {
      found.push([child]);
      bytes = resultBytes(child);
    }
  }
  return found;
}

function resultBytes({ result }: Child): number {
  if (!result) return 0;
  const values = 'error' in result ? result.error.details : [result.response];
  return values.reduce((sum, { value }) => sum + value.length, 0);
}

/**
 * Reads the children whose operation is terminal. Reads outside of a transaction, so that it does not lock the rows of active
 * operations. A child that ends after the read finds the wait itself, because the wait was committed before.
 */
export async function catchUpChildren(
  transactions: Transactions,
  reader: Reader,
  ref: WaitRef,
): Promise<void> {
  for (let after = ''; ; ) {
    const done = await readOverdue(reader, ref, CHILDREN_A_COMMIT, after);
    if (done.length > 0) await recordBatch(transactions, ref, done);
    if (done.length < CHILDREN_A_COMMIT) return;
    after = done.at(-1)?.key ?? '';
  }
}

async function recordBatch(
  transactions: Transactions,
  ref: WaitRef,
  children: readonly Child[],
): Promise<void> {
  // If a key occurs twice, the first outcome counts.
  const byKey = new Map([...children].reverse().map((child) => [child.key, child]));
  await transactions.readWrite(async (reader, mutations) => {
    const [isOpen, pending] = await Promise.all([
      isWaitOpen(reader, ref),
      readPending(reader, ref, [...byKey.keys()]),
    ]);
    const commit = isOpen && pending.size > 0;
    if (commit) {
      for (const child of byKey.values()) {
        if (pending.has(child.key)) queueOutcome(mutations, reader.tables, ref, child);
      }
    }
    return { commit, value: undefined };
  });
}
