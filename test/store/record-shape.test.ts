import { expect, it } from 'vitest';
import { type Row, rowOf, storedOperation } from '../../local/sqlite/operation-row.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import { fromOperationRecord } from '../../shared/records/operation-record.ts';
import { fromWaitRecord, toWaitRecord } from '../../shared/records/wait-record.ts';
import { deleted, ended, failed, newName, openWait, running, succeeded, waitingFor } from './fixtures.ts';

const name = newName();
const wait = openWait(name, 1);
const OPERATIONS: readonly Operation[] = [
  running(name),
  waitingFor(running(name), wait),
  succeeded(running(name)),
  failed(running(name)),
  deleted(name),
];

it.each(OPERATIONS)(
  'the record of an operation that is $state has the same fields, made or read',
  (operation) => {
    const made = rowOf(1, operation, 1, []);
    const read = storedOperation(name, [...made.values, 1] as unknown as Row);
    const [first] = OPERATIONS;
    const expected = Object.keys(rowOf(1, first as Operation, 1, []).record);
    expect(Object.keys(made.record)).toEqual(expected);
    expect(Object.keys(read.record)).toEqual(expected);
    const restored = fromOperationRecord(read.record, operation.state === 'WAITING' ? wait : undefined);
    expect(Object.keys(restored)).toEqual(
      Object.keys(fromOperationRecord(rowOf(1, running(name), 1, []).record, undefined)),
    );
  },
);

it('a wait has the same fields while it is open and after it has ended', () => {
  const open = fromWaitRecord(toWaitRecord(wait));
  const over = fromWaitRecord(toWaitRecord(ended(wait)));
  expect(Object.keys(over)).toEqual(Object.keys(open));
});
