import type { MutationSet, Transaction } from '@google-cloud/spanner';
import { CALL, type CallOptions, LIMITS, type Limits, within } from './call.ts';
import type { Connection } from './connection.ts';
import { type Reader, transactionReader } from './reader.ts';
import type { Tables } from './tables.ts';

/** How the store writes. */
export interface Transactions {
  /**
   * Runs it in a read-write transaction, again from the start where Spanner aborted it, and ends the transaction in
   * every case: with a commit of what `run` queued if it says so.
   */
  readWrite<T>(run: (reader: Reader, mutations: Transaction) => Promise<Ending<T>>): Promise<T>;
  /** Writes what `queue` queues without a read, in one call, perhaps twice: only for mutations that don't mind. */
  write(queue: (mutations: MutationSet) => void): Promise<void>;
}

export interface Ending<T> {
  readonly commit: boolean;
  readonly value: T;
}

export function transactionsOf({ database, newMutations }: Connection, tables: Tables): Transactions {
  return {
    readWrite: (run) =>
      database.runTransactionAsync({ timeout: LIMITS.transactionMs }, (transaction) =>
        attempt(transaction, tables, run),
      ),
    async write(queue) {
      const mutations = newMutations();
      queue(mutations);
      await database.writeAtLeastOnce(mutations, CALL);
    },
  };
}

/** The same within limits. */
export function limitedTransactions(transactions: Transactions, limits: Limits): Transactions {
  return {
    readWrite: (run) => within(limits.transactionMs, transactions.readWrite(run)),
    write: (queue) => within(limits.callMs, transactions.write(queue)),
  };
}

/**
 * One attempt at a transaction, which is over when this settles. It begins with its first read, which saves a call: reads
 * that are made beside that one wait for it.
 */
export async function attempt<T>(
  transaction: Transaction,
  tables: Tables,
  run: (reader: Reader, mutations: Transaction) => Promise<Ending<T>>,
  call: CallOptions = CALL,
): Promise<T> {
  handleOwnBegin(transaction);
  let committed = false;
  try {
    const { commit, value } = await run(transactionReader(transaction, tables, call), transaction);
    if (commit) await transaction.commit(call);
    committed = commit;
    return value;
  } finally {
    if (!committed) await letGo(transaction);
  }
}

/** Releases the locks. Where that fails, Spanner ends the transaction after a while. */
async function letGo(transaction: Transaction): Promise<void> {
  await transaction.rollback(CALL).catch(() => undefined);
}

/**
 * Where a first read fails, the client library begins the transaction on its own, and a failure of that ends the process: here it
 * is ignored, since the read's own failure is thrown.
 * https://github.com/googleapis/nodejs-spanner/issues/2170
 */
function handleOwnBegin(transaction: Transaction): void {
  const begin = transaction.begin.bind(transaction) as (...args: unknown[]) => unknown;
  const handled = (...args: unknown[]) => {
    const begun = begin(...args);
    if (begun instanceof Promise) begun.catch(() => undefined);
    return begun;
  };
  transaction.begin = handled as Transaction['begin'];
}
