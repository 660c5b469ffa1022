import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { Change, Reads, Snapshot } from '../../shared/orchestrator/ports/store.ts';
import { type Decision, decideOn } from '../../shared/records/decision.ts';
import { fromOperationRecord } from '../../shared/records/operation-record.ts';
import type { StoredOperation } from './operation-table.ts';
import type { Tables } from './tables.ts';

/** The operation as the row has it, together with the wait that it names. */
export function operationOf({ waits }: Tables, { record }: StoredOperation): Operation {
  const { name: operation, waitId } = record;
  const wait = waitId === undefined ? undefined : waits.read({ operation, waitId });
  return fromOperationRecord(record, wait && wait.end === undefined ? wait : undefined);
}

/** Reads, decides, writes, within a transaction of the caller. Where `decide` throws, nothing has been written. */
export function commitWith<C extends Change | undefined>(
  tables: Tables,
  reads: Reads,
  decide: (snapshot: Snapshot) => C,
): Decision<C> {
  const stored = tables.operations.current(reads.operation);
  const decision = decideOn(snapshotOf(tables, reads, stored), decide);
  if (!('thrown' in decision) && decision.change) write(tables, decision.change, stored);
  return decision;
}

function snapshotOf(tables: Tables, reads: Reads, stored: StoredOperation | undefined): Snapshot {
  const { operation: name, eventId } = reads;
  return {
    operation: stored && operationOf(tables, stored),
    duplicate: stored !== undefined && tables.history.has(stored.id, eventId),
    waits: reads.waits ? tables.waiters.waits(name) : [],
    waiters: reads.waiters ? tables.waiters.waiters(name) : new Map(),
  };
}

function write(tables: Tables, change: Change, stored: StoredOperation | undefined): void {
  const { operation, history, begun, ended, finished, effects, effectsDue } = change;
  const position = (stored?.historyLength ?? 0) + 1;
  const id = stored ? stored.id : tables.operations.insert(operation, position);
  if (stored) tables.operations.update(stored, operation, position);
  tables.history.insert(id, position, history);
  tables.changes.note(operation.name);
  if (ended) tables.waits.end(ended);
  if (begun) tables.children.insert(tables.waits.insert(begun.wait), begun.childKeys);
  if (finished) {
    for (const wait of finished.waits) tables.children.finish(wait, operation.name, finished.outcome);
  }
  tables.outbox.insert(operation.name, effects, effectsDue);
}
