import type { Transaction } from '@google-cloud/spanner';
import type { BegunWait } from '../lifecycle/outcome.ts';
import type { DoneOutcome, EndedWait, WaitRef } from '../lifecycle/wait.ts';
import type { Change } from '../orchestrator/ports/store.ts';
import { endingFields } from '../records/wait-record.ts';
import { timeValue } from './cells.ts';
import { historyValues } from './history-rows.ts';
import { operationValues } from './operation-rows.ts';
import { outboxValues } from './outbox-rows.ts';
import type { StoredSnapshot } from './snapshot.ts';
import type { Tables } from './tables.ts';
import { waitValues } from './wait-rows.ts';

/** Queues all that a change writes. A row stands behind the one that it is interleaved in, or Spanner misses that. */
export function queueChange(
  transaction: Transaction,
  tables: Tables,
  change: Change,
  { snapshot, historyLength }: StoredSnapshot,
): void {
  const { operation, history, begun, ended, finished, effects, effectsDue } = change;
  const { name } = operation;
  const position = historyLength + 1;
  const { Checkpoint, CheckpointOrder, ...values } = operationValues(operation, position);
  const checkpoint = { Checkpoint, CheckpointOrder };
  if (!snapshot.operation) transaction.insert(tables.operations, { ...values, ...checkpoint });
  // A checkpoint may be megabytes: one that stays is not written again with each event.
  else if (snapshot.operation.checkpoint === operation.checkpoint)
    transaction.update(tables.operations, values);
  else transaction.update(tables.operations, { ...values, ...checkpoint });
  transaction.insert(tables.history, historyValues(name, history, position));
  if (ended) queueEnd(transaction, tables, ended);
  if (begun) queueBegin(transaction, tables, begun, position);
  if (finished) {
    for (const wait of finished.waits) queueOutcome(transaction, tables, wait, name, finished.outcome);
  }
  const rows = effects.map((effect) => outboxValues(name, effect, effectsDue));
  if (rows.length > 0) transaction.upsert(tables.outbox, rows);
}

/** Moves a child that is pending to those that are done. */
export function queueOutcome(
  transaction: Transaction,
  tables: Tables,
  { operation, waitId }: WaitRef,
  child: string,
  outcome: DoneOutcome,
): void {
  transaction.deleteRows(tables.pendingChildren, [[operation, waitId, child]]);
  transaction.insert(tables.doneChildren, {
    ...{ key: operation, WaitId: waitId, Outcome: outcome, Child: child },
  });
}

function queueBegin(
  transaction: Transaction,
  tables: Tables,
  { wait, childKeys }: BegunWait,
  position: number,
): void {
  transaction.insert(tables.waits, waitValues(wait, position));
  const { operation: key, waitId: WaitId } = wait;
  const children = childKeys.map((Child) => ({ key, WaitId, Child }));
  if (children.length > 0) transaction.insert(tables.pendingChildren, children);
}

function queueEnd(transaction: Transaction, tables: Tables, { operation, waitId, end }: EndedWait): void {
  const { ending, endTime } = endingFields(end);
  transaction.update(tables.waits, {
    key: operation,
    WaitId: waitId,
    Ending: JSON.stringify(ending),
    EndTime: timeValue(endTime),
  });
}
