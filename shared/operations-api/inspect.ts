/** `:inspect`: everything that is known of an operation but its payloads, for people who look for what went wrong. */
import pMap from 'p-map';
import { isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Wait, WaitEnd } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import { requireExisting } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { HistoryEntry, OperationStore } from '../orchestrator/ports/store.ts';
import { type ChildPage, inspectChildren } from './inspect-children.ts';

const HISTORY_LINES = 200;
/** An operation may have waited thousands of times. */
const WAITS_OF_PAGE = 50;
/** Of all waits of a page together: each child that failed is read for its error. */
const CHILDREN_OF_PAGE = 1_000;
/** How many waits are read at once. */
const CONCURRENCY = { concurrency: 4 };

export interface InspectRequest {
  readonly name: OperationName;
  readonly waits: WaitPage;
}

/** Which waits are asked for, and which of their children: the newest waits, unless it says otherwise. */
export type WaitPage =
  | { readonly waitId: string; readonly children: ChildPage }
  | { readonly before?: string; readonly children: Pick<ChildPage, 'size'> };

export async function inspectOperation(
  { store }: Orchestrator,
  { name, waits: page }: InspectRequest,
): Promise<JsonObject> {
  const [operation, waits, history] = await Promise.all([
    store.operation(name),
    store.waitsOf(name),
    store.history(name, HISTORY_LINES),
  ]);
  requireExisting(operation, name);
  const { shown, hasEarlier } = pageOf(waits, page);
  const size = Math.min(page.children.size, Math.floor(CHILDREN_OF_PAGE / Math.max(1, shown.length)));
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
    waits: await pMap(shown, (wait) => inspectWait(store, wait, { ...page.children, size }), CONCURRENCY),
    ...(hasEarlier && { nextPageToken: waitToken(shown) }),
    history: history.map(inspectLine),
  };
}

/** `waits` in the order in which they began, and so is the page. */
function pageOf(waits: readonly Wait[], page: WaitPage): { shown: readonly Wait[]; hasEarlier: boolean } {
  if ('waitId' in page) {
    return { shown: waits.filter(({ waitId }) => waitId === page.waitId), hasEarlier: false };
  }
  const { before } = page;
  const end = before === undefined ? waits.length : waits.findIndex(({ waitId }) => waitId === before);
  if (end < 0) throw new InvalidInput('pageToken', 'is not one that this method gave for the operation');
  const start = Math.max(0, end - WAITS_OF_PAGE);
  return { shown: waits.slice(start, end), hasEarlier: start > 0 };
}

function waitToken([first]: readonly Wait[]): string {
  return Buffer.from(first?.waitId ?? '').toString('base64url');
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
