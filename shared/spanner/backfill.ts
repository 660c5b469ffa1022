/**
 * Sets the due times of operations that waited when the database was upgraded. The first `sweep` of this release does it, because
 * DDL statements cannot compute due times.
 *
 * Functions of the previous release may still write rows without a due time during the upgrade. `sweep` finds such a row by the
 * deadline of its wait (due-rows.ts), and the next event of the operation sets the due time.
 */

import { dueTime } from '../lifecycle/due.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { cellsOf, required, timeValue } from './cells.ts';
import { readStored } from './operation-rows.ts';
import { EMULATOR_HINT, type Reader } from './reader.ts';
import type { Transactions } from './transactions.ts';

const OPERATIONS_A_TRANSACTION = 500;

/** Returns the number of operations that got a due time. Running it again changes nothing. */
export async function backfillDueTimes(transactions: Transactions, reader: Reader): Promise<number> {
  let filled = 0;
  for (let after = ''; ; ) {
    const names = await readWithoutDueTime(reader, after);
    const last = names.at(-1);
    if (last === undefined) return filled;
    filled += await fill(transactions, names);
    after = last;
  }
}

/** Reads the operations after the name `after`, by name. Reads outside of a transaction, so that it locks nothing. */
async function readWithoutDueTime(reader: Reader, after: string): Promise<readonly OperationName[]> {
  const { operations, operationsByState } = reader.tables;
  const rows = await reader.query({
    sql: `${EMULATOR_HINT}
      SELECT o.key FROM ${operations}@{FORCE_INDEX=${operationsByState}} AS o
      WHERE o.State = 'WAITING' AND o.DueTime IS NULL AND o.key > @after ORDER BY o.key LIMIT @limit`,
    params: { after, limit: OPERATIONS_A_TRANSACTION },
  });
  return rows.map((row) => required(cellsOf(row).text('key')) as OperationName);
}

async function fill(transactions: Transactions, names: readonly OperationName[]): Promise<number> {
  return transactions.readWrite(async (reader, mutations) => {
    const stored = await readStored(reader, names);
    const rows = [...stored].flatMap(([key, { operation, record }]) => {
      const due = dueTime(operation);
      return record.dueTime === undefined && due !== undefined ? [{ key, DueTime: timeValue(due) }] : [];
    });
    if (rows.length > 0) mutations.update(reader.tables.operations, rows);
    return { commit: rows.length > 0, value: rows.length };
  });
}
