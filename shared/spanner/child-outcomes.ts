import type { WaitRef } from '../lifecycle/wait.ts';
import type { Child } from '../orchestrator/ports/store.ts';
import { readOverdue, readPending } from './child-rows.ts';
import { queueOutcome } from './mutations.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';
import { isWaitOpen } from './wait-rows.ts';

/** A move of a child counts ten mutations: this many stay far below what one commit may hold. */
const CHILDREN_A_COMMIT = 1_000;
/** The results of children of other services that one commit may hold: far below Spanner's 100 MB, in base64. */
const RESULT_BYTES_A_COMMIT = 20_000_000;

/** The first outcome of a child stands, and a wait that has ended keeps those that it ended with. */
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
 * Children whose operation is terminal. Read outside of a transaction, so that nothing locks the rows of operations that
 * still run: one that ends after the read finds the wait by itself, because the wait was committed before.
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
  // The first one of a key that is given twice.
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
