import { isOperationName, type OperationName } from '../lifecycle/operation-name.ts';
import type { DoneOutcome, WaitRef } from '../lifecycle/wait.ts';
import type { Child } from '../orchestrator/ports/store.ts';
import { readPending, readPendingAfter } from './child-rows.ts';
import { queueOutcome } from './mutations.ts';
import { readTerminalStates } from './operation-rows.ts';
import type { Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';
import { readOpenRefs } from './wait-rows.ts';

/** A move of a child counts nine mutations: this many stay far below what one commit may hold. */
const CHILDREN_A_COMMIT = 1_000;

interface DoneChild {
  readonly key: string;
  readonly outcome: DoneOutcome;
}

/** The first outcome of a child stands, and a wait that has ended keeps those that it ended with. */
export async function recordOutcomes(
  transactions: Transactions,
  ref: WaitRef,
  children: readonly Child[],
): Promise<void> {
  const done = children.filter((child): child is DoneChild => child.outcome !== 'PENDING');
  for (let from = 0; from < done.length; from += CHILDREN_A_COMMIT) {
    await recordBatch(transactions, ref, done.slice(from, from + CHILDREN_A_COMMIT));
  }
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
  for (let after: string | undefined; ; ) {
    const page = await readPendingAfter(reader, ref, CHILDREN_A_COMMIT, after);
    const own = page.filter((key): key is OperationName => isOperationName(key));
    const done = own.length === 0 ? [] : await readTerminalStates(reader, own);
    if (done.length > 0) await recordBatch(transactions, ref, done);
    if (page.length < CHILDREN_A_COMMIT) return;
    after = page.at(-1);
  }
}

async function recordBatch(
  transactions: Transactions,
  ref: WaitRef,
  children: readonly DoneChild[],
): Promise<void> {
  const outcomes = new Map(children.map(({ key, outcome }) => [key, outcome]));
  await transactions.readWrite(async (reader, mutations) => {
    const [open, pending] = await Promise.all([
      readOpenRefs(reader, [ref]),
      readPending(reader, ref, [...outcomes.keys()]),
    ]);
    const commit = open.length > 0 && pending.size > 0;
    if (commit) {
      for (const [key, outcome] of outcomes) {
        if (pending.has(key)) queueOutcome(mutations, reader.tables, ref, key, outcome);
      }
    }
    return { commit, value: undefined };
  });
}
