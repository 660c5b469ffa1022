import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { BegunWait } from '../../shared/lifecycle/outcome.ts';
import {
  type Change,
  MAX_FINISHED_WAITS,
  type Reads,
  type Snapshot,
} from '../../shared/orchestrator/ports/commit.ts';
import { type Decision, decideOn, isThrown } from '../../shared/records/decision.ts';
import { fromOperationRecord } from '../../shared/records/operation-record.ts';
import { partsOf } from '../../shared/records/wait-parts.ts';
import { NumberedWait } from './numbered-wait.ts';
import type { StoredOperation } from './operation-row.ts';
import { RecentWait } from './recent-wait.ts';
import type { Tables } from './tables.ts';

/** Returns the operation as its row has it, with the wait that it names. Both are of the same moment. */
export function operationOf({ waits }: Tables, { record, operation: known }: StoredOperation): Operation {
  if (known) return known;
  const { name: operation, waitId } = record;
  const wait = waitId === undefined ? undefined : waits.read({ operation, waitId });
  return fromOperationRecord(record, wait && wait.end === undefined ? wait : undefined);
}

/**
 * Reads, decides and writes within a transaction of the caller. If `decide` throws, nothing has been written. `isAbsent`: the operation
 * is known not to exist.
 */
export function commitWith<C extends Change | undefined>(
  tables: Tables,
  reads: Reads,
  decide: (snapshot: Snapshot) => C,
  isAbsent = false,
): Decision<C> {
  const isStranger = !isAbsent && reads.reservation === true && tables.strangers.has(reads.operation);
  const stored = isAbsent || isStranger ? undefined : tables.operations.read(reads.operation);
  const snapshot = snapshotOf(tables, reads, stored, isStranger);
  const decision = decideOn(snapshot, decide);
  if (!isThrown(decision) && decision.change) {
    const { change } = decision;
    const id = writeOperation(tables, change, stored, snapshot.operation);
    if (change.ended) tables.waits.end(change.ended);
    if (change.begun) writeWait(tables, id, change.begun, newNames(reads, snapshot));
    writeConsequences(tables, id, change, stored);
  }
  return decision;
}

/** Whether no operation has a name, of those that were read. */
function newNames({ names }: Reads, { nameHolders }: Snapshot): (name: string) => boolean {
  return (name) => names !== undefined && !nameHolders.has(name as OperationName);
}

const NONE: Pick<Snapshot, 'waits' | 'waiters' | 'nameHolders' | 'kept'> = {
  waits: [],
  waiters: new Map(),
  nameHolders: new Map(),
  kept: [],
};

function snapshotOf(
  tables: Tables,
  reads: Reads,
  stored: StoredOperation | undefined,
  isStranger: boolean,
): Snapshot {
  const { operation: name, eventId, names, parent } = reads;
  const operation = stored && operationOf(tables, stored);
  const waits = reads.waits ? tables.waiters.waits(name, MAX_FINISHED_WAITS + 1) : NONE.waits;
  return {
    operation,
    duplicate: stored !== undefined && eventId !== undefined && hasEvent(tables, stored, eventId),
    waits: waits.length > MAX_FINISHED_WAITS ? waits.slice(0, MAX_FINISHED_WAITS) : waits,
    moreWaits: waits.length > MAX_FINISHED_WAITS,
    waiters: reads.waiters ? tables.waiters.waiters(name) : NONE.waiters,
    nameHolders:
      names && names.length > 0 && !tables.strangers.hasAll(names)
        ? tables.operations.nameHolders(names)
        : NONE.nameHolders,
    parent: parent === undefined ? undefined : tables.operations.parentState(parent),
    reservedFor: reads.reservation && !isStranger ? tables.parts.reservedFor(name) : undefined,
    kept: reads.kept && operation?.keptNotifications ? tables.notifications.kept(name) : NONE.kept,
  };
}

function hasEvent({ history }: Tables, { id, record, eventIds }: StoredOperation, eventId: string): boolean {
  return eventIds ? eventIds.includes(eventId) : history.has(record.name, id, eventId);
}

/** Writes the row of the operation and its history line. Returns the number of the operation. */
function writeOperation(
  tables: Tables,
  change: Change,
  stored: StoredOperation | undefined,
  before: Operation | undefined,
): number {
  const { operation, history } = change;
  const position = positionOf(change, stored);
  const eventId = history?.eventId;
  const id = stored ? stored.id : tables.operations.insert(operation, position, eventId);
  if (stored && before) tables.operations.update(stored, before, operation, position, eventId);
  if (history) tables.history.insert(id, position, history);
  tables.changes.note(operation.name);
  return id;
}

/** The length of the history after the change. */
function positionOf({ history }: Change, stored: StoredOperation | undefined): number {
  return (stored?.historyLength ?? 0) + (history ? 1 : 0);
}

function writeWait(tables: Tables, id: number, begun: BegunWait, isNew: (name: string) => boolean): void {
  const { wait } = begun;
  const number = tables.waits.insert(wait);
  // Before its children wait: what is known about them then stays known.
  if (wait.externals.length === 0) tables.waiters.readAhead(begun.childKeys);
  const counts = tables.children.insert(number, begun);
  const parts = partsOf(begun);
  tables.parts.insert(number, begun, parts);
  tables.notifications.insertTaken(id, begun);
  tables.recentWaits.keep(new RecentWait(number, begun, parts, counts, isNew));
}

/** Writes the rows that only point to the operation: outcomes in waits of its parents, notifications, effects. */
function writeConsequences(
  tables: Tables,
  id: number,
  change: Change,
  stored: StoredOperation | undefined,
): void {
  const { operation, history, finished, notified, taken, effects, effectsDue } = change;
  if (finished) {
    const { outcome } = finished;
    for (const wait of finished.waits) {
      const number = NumberedWait.numberOf(wait);
      if (number === undefined) tables.children.finish(wait, { key: operation.name, outcome });
      else tables.children.finished.add(number, operation.name, outcome);
    }
  }
  if (notified && history) {
    tables.notifications.insert(id, positionOf(change, stored), notified, history.recordTime);
  }
  if (taken) tables.notifications.take(id, taken);
  tables.outbox.insert(operation.name, effects, effectsDue);
}
