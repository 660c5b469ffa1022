/** Operations, waits and changes as the lifecycle would make them, shortly. */
import { randomUUID } from 'node:crypto';
import type { ChildOutcome, DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import type { EventOrder } from '../../shared/lifecycle/event-order.ts';
import {
  type DeletedOperation,
  inPhase,
  type Operation,
  type RunningOperation,
  type TerminalOperation,
  type WaitingOperation,
} from '../../shared/lifecycle/operation.ts';
import type { OperationFacts } from '../../shared/lifecycle/operation-facts.ts';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import type { BegunWait } from '../../shared/lifecycle/outcome.ts';
import type { Tally } from '../../shared/lifecycle/policy.ts';
import type { EndedWait, OpenWait, Wait, WaitEnd, WaitRef, WaitTerms } from '../../shared/lifecycle/wait.ts';
import type { Change, Snapshot } from '../../shared/orchestrator/ports/commit.ts';
import type { HistoryEntry } from '../../shared/orchestrator/ports/history-entry.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';

/** Milliseconds that are not whole seconds. */
export const NOW = 1_764_000_000_123;

/** A name that no other case has: cases share one store. */
export function newName(hint = 'op'): OperationName {
  return operationName(`${hint}-${randomUUID().slice(0, 13)}`);
}

export function order(text: string): EventOrder {
  return text as EventOrder;
}

export function running(name: OperationName, facts: Partial<OperationFacts> = {}): RunningOperation {
  return {
    ...{ name, state: 'RUNNING', handover: { kind: 'UNWATCHED' }, cancelRequest: 'NONE' },
    ...{ attempts: [{ number: 1, startTime: 0 }], tries: 1, resumption: { kind: 'START' } },
    ...{ keptNotifications: 0, createTime: NOW, updateTime: NOW },
    ...facts,
  };
}

export function waitingFor(
  operation: OperationFacts,
  wait: OpenWait,
  lookTime = Math.min(wait.sleepUntil ?? wait.deadline, wait.deadline),
): WaitingOperation {
  return inPhase(operation, { state: 'WAITING', wait, lookTime });
}

export function deleted(name: OperationName): DeletedOperation {
  const { attempts, createTime, updateTime, resumption } = running(name);
  return {
    ...{ name, createTime, updateTime, attempts, resumption, cancelRequest: 'NONE', tries: 0 },
    ...{ keptNotifications: 0, state: 'DELETED', deleteTime: NOW, expireTime: NOW * 2 },
  };
}

const END = { completeTime: NOW + 5, expireTime: NOW + 1_000_000, terminalEventId: 'end' };

export function succeeded(operation: OperationFacts): Extract<TerminalOperation, { state: 'SUCCEEDED' }> {
  const response = { typeUrl: 'type.googleapis.com/google.protobuf.Empty', value: new Uint8Array() };
  return inPhase(operation, { ...END, state: 'SUCCEEDED', response });
}

export function failed(operation: OperationFacts): TerminalOperation {
  return inPhase(operation, { ...END, state: 'FAILED', error: { code: 5, message: 'no', details: [] } });
}

export function openWait(
  operation: OperationName,
  children: number,
  terms: Partial<WaitTerms> & { readonly waitId?: string } = {},
): OpenWait {
  return {
    operation,
    waitId: 'wait-1',
    startTime: NOW,
    policy: { kind: 'ALL_DONE' },
    childCount: children,
    externals: [],
    deadline: NOW + 86_400_000,
    pollFrequency: 10_000,
    ...terms,
  };
}

export const BY_CHILDREN: WaitEnd = { kind: 'RESUMED', cause: 'CHILDREN', by: 'push', time: NOW + 7 };

export function ended(wait: OpenWait, end: WaitEnd = BY_CHILDREN): EndedWait {
  return { ...wait, end };
}

export function entry(eventId: string, fields: Partial<HistoryEntry> = {}): HistoryEntry {
  return { eventId, type: 'progressed', occurTime: NOW, recordTime: NOW + 1, outcome: 'APPLIED', ...fields };
}

export function changeOf(
  operation: Operation,
  eventId: string,
  rest: Partial<Omit<Change, 'operation' | 'history'>> = {},
): Change {
  return { operation, history: entry(eventId), effects: [], effectsDue: NOW + 60_000, ...rest };
}

/** Commits the operation as it is. */
export async function put(
  store: OperationStore,
  operation: Operation,
  rest: Partial<Omit<Change, 'operation' | 'history'>> = {},
  eventId: string = randomUUID(),
): Promise<void> {
  await store.commit({ operation: operation.name, eventId }, () => changeOf(operation, eventId, rest));
}

export async function putEffects(store: OperationStore, name: OperationName, ...effects: Effect[]) {
  await put(store, running(name), { effects });
}

/** A wait that begins, for children that are there already unless `rest` says otherwise. */
export function begun(wait: Wait, childKeys: readonly string[], rest: Partial<BegunWait> = {}): BegunWait {
  return { wait, childKeys, spawnKeys: new Map(), spawn: [], gone: [], ...rest };
}

/** Makes the operation wait for the children, and gives the wait. */
export async function beginWait(
  store: OperationStore,
  name: OperationName,
  childKeys: readonly string[],
  terms: Partial<WaitTerms> & { readonly waitId?: string } = {},
  rest: Partial<BegunWait> = {},
): Promise<OpenWait> {
  const wait = openWait(name, childKeys.length, terms);
  const change = { begun: begun(wait, childKeys, rest) };
  await put(store, waitingFor(running(name), wait), change, wait.waitId);
  return wait;
}

/** Ends the child as a terminal event does: with the waits that the transaction found. */
export async function finish(
  store: OperationStore,
  child: OperationName,
  outcome: Extract<DoneOutcome, 'SUCCEEDED' | 'FAILED'> = 'SUCCEEDED',
): Promise<Snapshot> {
  const operation = (outcome === 'SUCCEEDED' ? succeeded : failed)(running(child));
  const { snapshot } = await store.commit(
    { operation: child, eventId: `end-${child}`, waits: true },
    ({ waits }) => changeOf(operation, `end-${child}`, { finished: { waits, outcome } }),
  );
  return snapshot;
}

export async function endWait(store: OperationStore, wait: OpenWait, end?: WaitEnd): Promise<EndedWait> {
  const over = ended(wait, end);
  await put(store, running(wait.operation), { ended: over });
  return over;
}

export const EVERYTHING = { pending: 1_000, succeeded: 1_000, unsuccessful: 1_000 };

export const UNLIMITED_BYTES = Number.MAX_SAFE_INTEGER;

/** The children in the order of the wait. */
export async function childrenOf(
  store: OperationStore,
  ref: WaitRef,
  page: { readonly from?: number; readonly limit?: number; readonly outcome?: ChildOutcome } = {},
): Promise<readonly { readonly key: string; readonly outcome: ChildOutcome }[] | undefined> {
  const children = await store.listChildren(ref, { from: 0, limit: 100, maxBytes: UNLIMITED_BYTES, ...page });
  return children?.map(({ key, outcome }) => ({ key, outcome }));
}

export async function countsOf(store: OperationStore, ref: WaitRef) {
  return (await store.summary(ref, 0, 0))?.counts;
}

export async function tallyOf(store: OperationStore, ref: WaitRef, limits: Tally = EVERYTHING) {
  return (await store.progress(ref, () => limits))?.tally;
}

/** All waits, the oldest first. */
export async function waitsOf(store: OperationStore, name: OperationName): Promise<readonly Wait[]> {
  return (await store.waits(name, 0, 100)).map(({ wait }) => wait).reverse();
}
