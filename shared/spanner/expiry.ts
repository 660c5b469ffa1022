/**
 * Marks expired operations for Spanner's row deletion policy.
 *
 * Invariant: the policy never removes a row with outbox entries. A transaction sets RemoveTime only after it has read that the
 * operation has no outbox entry, and a later commit of the operation clears RemoveTime.
 */
import type { OperationName } from '../lifecycle/operation-name.ts';
import { cellsOf, required } from './cells.ts';
import { prefix, type Reader } from './reader.ts';
import { earliestQuery } from './shards.ts';
import type { Transactions } from './transactions.ts';

/** The number of operations in one transaction. Each takes three columns and one index entry. */
const OPERATIONS_A_TRANSACTION = 500;

/** Returns whether there may be more expired operations. */
export async function letGoOfExpired(
  transactions: Transactions,
  reader: Reader,
  now: number,
): Promise<boolean> {
  const names = await readExpired(reader, now);
  if (names.length > 0) await letGo(transactions, names, now);
  return names.length === OPERATIONS_A_TRANSACTION;
}

/** Reads outside of a transaction, so that it locks nothing. */
async function readExpired(reader: Reader, now: number): Promise<readonly OperationName[]> {
  const { operations: table, operationsByRemoval: index, outbox } = reader.tables;
  const rows = await reader.query(
    earliestQuery({
      table,
      index,
      time: 'AwaitsRemoval',
      key: ['key'],
      columns: ['key'],
      until: now,
      limit: OPERATIONS_A_TRANSACTION,
      where: `NOT EXISTS (SELECT 1 FROM ${outbox} AS e WHERE e.key = t.key)`,
    }),
  );
  return rows.map((row) => required(cellsOf(row).text('key')) as OperationName);
}

async function letGo(
  transactions: Transactions,
  names: readonly OperationName[],
  now: number,
): Promise<void> {
  await transactions.readWrite(async (reader, mutations) => {
    const { operations, outbox } = reader.tables;
    const [rows, left] = await Promise.all([
      reader.read(operations, {
        columns: ['key', 'AwaitsRemoval'],
        keys: names.map((name) => [name]),
      }),
      reader.read(outbox, { columns: ['key'], ranges: names.map((name) => prefix([name])) }),
    ]);
    const kept = new Set(left.map((row) => cellsOf(row).text('key')));
    const expired = rows.flatMap((row) => {
      const cells = cellsOf(row);
      const [key, time] = [required(cells.text('key')), cells.time('AwaitsRemoval')];
      return time === undefined || time > now || kept.has(key) ? [] : [{ key, RemoveTime: new Date(time) }];
    });
    if (expired.length > 0) mutations.update(operations, expired);
    return { commit: expired.length > 0, value: undefined };
  });
}
