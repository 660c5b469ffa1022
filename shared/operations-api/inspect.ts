/** `:inspect`: everything that is known of an operation but its payloads, for people who look for what went wrong. */
import { isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Wait, WaitEnd } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import { requireExisting } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { HistoryEntry, OperationStore } from '../orchestrator/ports/store.ts';
import { type ChildPage, inspectChildren } from './inspect-children.ts';

const HISTORY_LINES = 200;

export interface InspectRequest {
  readonly name: OperationName;
  /** Only this wait, where it is given. */
  readonly waitId?: string;
  readonly children: ChildPage;
}

export async function inspectOperation(
  { store }: Orchestrator,
  { name, waitId, children }: InspectRequest,
): Promise<JsonObject> {
  const [operation, waits, history] = await Promise.all([
    store.operation(name),
    store.waitsOf(name),
    store.history(name, HISTORY_LINES),
  ]);
  requireExisting(operation, name);
  const shown = waits.filter((wait) => !waitId || wait.waitId === waitId);
  return {
    name,
    state: operation.state,
    method: operation.creation?.value.method ?? '',
    parent: operation.creation?.value.parent ?? '',
    labels: operation.creation?.value.labels ?? {},
    ...timesOf(operation),
    cancelRequested: operation.cancelRequest !== 'NONE',
    resumePoint: operation.resumePoint?.value ?? '',
    checkpointBytes: operation.checkpoint?.value.length ?? 0,
    waits: await Promise.all(shown.map((wait) => inspectWait(store, wait, children))),
    history: history.map(inspectLine),
  };
}

function timesOf(operation: Operation) {
  const { createTime, updateTime } = operation;
  return {
    createTime: toRfc3339(createTime),
    updateTime: toRfc3339(updateTime),
    ...(isTerminal(operation) && {
      completeTime: toRfc3339(operation.completeTime),
      expireTime: toRfc3339(operation.expireTime),
    }),
  };
}

async function inspectWait(store: OperationStore, wait: Wait, children: ChildPage): Promise<JsonObject> {
  return {
    waitId: wait.waitId,
    policy: wait.policy.kind,
    ...(wait.policy.kind === 'QUORUM_SUCCEEDED' && { quorum: wait.policy.quorum }),
    startTime: toRfc3339(wait.startTime),
    ...(wait.sleepUntil !== undefined && { sleepUntil: toRfc3339(wait.sleepUntil) }),
    deadline: toRfc3339(wait.deadline),
    ...(wait.execution && { execution: wait.execution }),
    ...endOf(wait.end),
    children: await inspectChildren(store, wait, children),
  };
}

function endOf(end: WaitEnd | undefined): JsonObject {
  if (!end) return { open: true };
  const endTime = toRfc3339(end.time);
  return end.kind === 'RESUMED'
    ? { open: false, endTime, cause: end.cause, resumedBy: end.by }
    : { open: false, endTime, abandoned: end.reason };
}

function inspectLine({ eventId, type, occurTime, recordTime, outcome, reason }: HistoryEntry) {
  return {
    eventId,
    type,
    occurTime: toRfc3339(occurTime),
    recordTime: toRfc3339(recordTime),
    outcome,
    ...(reason && { reason }),
  };
}
