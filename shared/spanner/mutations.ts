import type { Transaction } from '@google-cloud/spanner';
import type { BegunWait } from '../lifecycle/outcome.ts';
import type { WaitRef } from '../lifecycle/wait.ts';
import type { Change } from '../orchestrator/ports/commit.ts';
import type { Child } from '../orchestrator/ports/wait-children.ts';
import { encodeChildResult } from '../records/any-record.ts';
import { type OperationRecord, toOperationRecord } from '../records/operation-record.ts';
import { settledChildren } from '../records/settled-children.ts';
import { partsOf } from '../records/wait-parts.ts';
import { bytesValue, type RowValues } from './cells.ts';
import { historyValues } from './history-rows.ts';
import { notificationValues } from './notification-rows.ts';
import { changedValues, operationValues, type StoredOperation } from './operation-rows.ts';
import { outboxValues } from './outbox-rows.ts';
import { partValues } from './part-rows.ts';
import type { Tables } from './tables.ts';
import { endValues, waitValues } from './wait-rows.ts';

/** Queues the mutations of a change. A parent row comes before the rows that are interleaved in it, as Spanner requires. */
export function queueChange(
  transaction: Transaction,
  tables: Tables,
  change: Change,
  stored: StoredOperation | undefined,
): void {
  const { operation, history, begun, ended, finished, notified, taken, effects, effectsDue } = change;
  const { name } = operation;
  const position = (stored?.historyLength ?? 0) + (history ? 1 : 0);
  queueOperation(transaction, tables, toOperationRecord(operation, stored), position, stored);
  if (history) transaction.insert(tables.history, historyValues(name, history, position));
  if (ended) transaction.update(tables.waits, endValues(ended));
  if (begun) queueBegin(transaction, tables, begun, position);
  if (finished) {
    const child: Child = { key: name, outcome: finished.outcome };
    for (const wait of finished.waits) queueOutcome(transaction, tables, wait, child);
  }
  if (notified && history) {
    const values = notificationValues(name, position, notified, history.recordTime);
    transaction.insert(tables.notifications, values);
  }
  if (taken && taken.positions.length > 0) {
    const { waitId: WaitId, positions } = taken;
    const rows = positions.map((Position) => ({ key: name, Position, WaitId }));
    transaction.update(tables.notifications, rows);
  }
  const rows = effects.map((effect) => outboxValues(name, effect, effectsDue));
  if (rows.length > 0) transaction.upsert(tables.outbox, rows);
}

/** Spanner replaces it with the commit timestamp: see change-feed.ts. */
const COMMIT_TIME = 'spanner.commit_timestamp()';

function queueOperation(
  transaction: Transaction,
  { operations }: Tables,
  record: OperationRecord,
  historyLength: number,
  stored: StoredOperation | undefined,
): void {
  if (!stored) {
    transaction.insert(operations, { ...operationValues(record, historyLength), ChangeTime: COMMIT_TIME });
    return;
  }
  const changed = changedValues(stored, record, historyLength);
  if (!changed) return;
  const isChange = changed.UpdateTime !== undefined;
  transaction.update(operations, isChange ? { ...changed, ChangeTime: COMMIT_TIME } : changed);
}

/** Moves a child from the pending to the done rows. */
export function queueOutcome(transaction: Transaction, tables: Tables, ref: WaitRef, child: Child): void {
  transaction.deleteRows(tables.pendingChildren, [[ref.operation, ref.waitId, child.key]]);
  transaction.insert(tables.doneChildren, doneValues(ref, child));
}

/**
 * Queues the rows of a new wait. With 10,000 spawned children these are 10,000 pending rows of 6 mutations, 50 parts of 8, and about 60
 * mutations for the operation, its history line and the wait: 60,460 of the 80,000 mutations of a commit.
 */
function queueBegin(transaction: Transaction, tables: Tables, begun: BegunWait, position: number): void {
  const { wait, childKeys, gone, done = [], taken = [] } = begun;
  const { operation: key, waitId: WaitId } = wait;
  const settled = settledChildren(gone, done);
  transaction.insert(tables.waits, waitValues(wait, position));
  const parts = partsOf(begun).map((part) => partValues(wait, part));
  if (parts.length > 0) transaction.insert(tables.waitParts, parts);
  const pending = childKeys.filter((child) => !settled.has(child));
  const rows = pending.map((Child) => ({ key, WaitId, Child }));
  if (rows.length > 0) transaction.insert(tables.pendingChildren, rows);
  // The rows of one insert have the same columns.
  for (const child of settled.values()) transaction.insert(tables.doneChildren, doneValues(wait, child));
  // Notifications that a rerun takes over from an earlier operation come before its own.
  const takenRows = taken.map((notification, index) => ({
    ...notificationValues(key, index - taken.length, notification, notification.time),
    WaitId,
  }));
  if (takenRows.length > 0) transaction.insert(tables.notifications, takenRows);
}

function doneValues({ operation, waitId }: WaitRef, { key, outcome, result }: Child): RowValues {
  if (!result) return { key: operation, WaitId: waitId, Outcome: outcome, Child: key };
  const bytes = encodeChildResult(result);
  return {
    key: operation,
    WaitId: waitId,
    Outcome: outcome,
    Child: key,
    Result: bytesValue(bytes),
    ResultBytes: bytes.length,
  };
}
