import type { MutationSet, Transaction } from '@google-cloud/spanner';
import { CALL, type CallOptions, LIMITS, type Limits, within } from './call.ts';
import { type Connection, inOpenDatabase } from './connection.ts';
import { isSessionLost, toFailure } from './failures.ts';
import { type Reader, transactionReader } from './reader.ts';
import type { Tables } from './tables.ts';

/** Runs the read-write transactions of the store. */
export interface Transactions {
  /**
   * Runs the function in a read-write transaction, and again if Spanner aborts the transaction. Commits the mutations that `run` queued
   * if its result says so, and rolls back otherwise.
   */
  readWrite<T>(run: (reader: Reader, mutations: Transaction) => Promise<Ending<T>>): Promise<T>;
  /** Writes mutations without a read, in one call. Spanner may apply them twice, so they must be idempotent. */
  write(queue: (mutations: MutationSet) => void): Promise<void>;
}

export interface Ending<T> {
  readonly commit: boolean;
  readonly value: T;
}

export function transactionsOf(connection: Connection, tables: Tables): Transactions {
  return {
    readWrite: (run) =>
      inOpenDatabase(connection, (database) =>
        database.runTransactionAsync({ timeout: LIMITS.transactionMs }, (transaction) =>
          attempt(transaction, tables, run).catch(passLostSession),
        ),
      ),
    async write(queue) {
      const mutations = connection.newMutations();
      queue(mutations);
      await inOpenDatabase(connection, (database) => database.writeAtLeastOnce(mutations, CALL));
    },
  };
}

/** The client library would repeat the transaction with the lost session forever, without a pause. It does not repeat after a Failure. */
function passLostSession(error: unknown): never {
  throw isSessionLost(error) ? toFailure(error) : error;
}

/** Adds time limits. */
export function limitedTransactions(transactions: Transactions, limits: Limits): Transactions {
  return {
    readWrite: (run) => within(limits.transactionMs, transactions.readWrite(run)),
    write: (queue) => within(limits.callMs, transactions.write(queue)),
  };
}

/**
 * Runs one attempt of a transaction, and ends the transaction. The first read begins the transaction, which saves a call. Concurrent
 * reads wait for the first one.
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

/** Rolls back to release the locks. If that fails, Spanner ends the idle transaction itself. */
async function letGo(transaction: Transaction): Promise<void> {
  await transaction.rollback(CALL).catch(() => undefined);
}

/**
 * If the first read fails, the client library begins the transaction by itself, and an unhandled error of that begin would end the
 * process. The error is ignored here, because the read already throws its own error.
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
