import type { Transaction } from '@google-cloud/spanner';
import { expect, it } from 'vitest';
import { tablesOf } from '../../shared/spanner/tables.ts';
import { attempt } from '../../shared/spanner/transactions.ts';

/** The client's transaction as far as an attempt uses it; its own begin fails. */
function failingTransaction() {
  const calls: string[] = [];
  const transaction = {
    begin: async () => {
      calls.push('begin');
      throw new Error('begin failed');
    },
    rollback: async () => {
      calls.push('rollback');
    },
    commit: async () => {
      calls.push('commit');
    },
  };
  return { calls, transaction: transaction as unknown as Transaction };
}

it('reports the error of the failed read, not of the transaction that the client begins afterwards', async () => {
  const { calls, transaction } = failingTransaction();
  const ended = attempt(transaction, tablesOf(), async () => {
    // As the client does when its first read fails: a rejection that is not handled would fail this test.
    void transaction.begin();
    throw new Error('read failed');
  });
  await expect(ended).rejects.toThrow('read failed');
  await new Promise(setImmediate);
  expect(calls).toEqual(['begin', 'rollback']);
});

it('commits if the attempt asks for it, and rolls back otherwise', async () => {
  const one = failingTransaction();
  expect(await attempt(one.transaction, tablesOf(), async () => ({ commit: true, value: 1 }))).toBe(1);
  expect(one.calls).toEqual(['commit']);
  const other = failingTransaction();
  await attempt(other.transaction, tablesOf(), async () => ({ commit: false, value: 1 }));
  expect(other.calls).toEqual(['rollback']);
});
