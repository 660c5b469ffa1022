/** Operations, waits and changes as the lifecycle would make them, shortly. */
import { randomUUID } from 'node:crypto';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import type { EventOrder } from '../../shared/lifecycle/event-order.ts';
import {
  type ActiveOperation,
  inPhase,
  type Operation,
  type OperationFacts,
  type TerminalOperation,
} from '../../shared/lifecycle/operation.ts';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import type { DoneOutcome, EndedWait, OpenWait, WaitEnd, WaitTerms } from '../../shared/lifecycle/wait.ts';
import type {
  Change,
  HistoryEntry,
  OperationStore,
  Snapshot,
} from '../../shared/orchestrator/ports/store.ts';

/** Milliseconds that are not whole seconds. */
export const NOW = 1_764_000_000_123;

/** A name that nobody else has: cases share one store. */
export function newName(hint = 'op'): OperationName {
  return operationName(`${hint}-${randomUUID().slice(0, 13)}`);
}

export function order(text: string): EventOrder {
  return text as EventOrder;
}

export function running(name: OperationName, facts: Partial<OperationFacts> = {}): ActiveOperation {
  return { name, state: 'RUNNING', cancelRequest: 'NONE', createTime: NOW, updateTime: NOW, ...facts };
}

export function waitingFor(operation: OperationFacts, wait: OpenWait): ActiveOperation {
  return inPhase(operation, { state: 'WAITING', wait });
}

const END = { completeTime: NOW + 5, expireTime: NOW + 1_000_000, terminalEventId: 'end' };

export function succeeded(operation: OperationFacts): TerminalOperation {
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

/** Makes the operation wait for the children, and gives the wait. */
export async function beginWait(
  store: OperationStore,
  name: OperationName,
  childKeys: readonly string[],
  terms: Partial<WaitTerms> & { readonly waitId?: string } = {},
): Promise<OpenWait> {
  const wait = openWait(name, childKeys.length, terms);
  await put(store, waitingFor(running(name), wait), { begun: { wait, childKeys } }, wait.waitId);
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
