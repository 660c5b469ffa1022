/** `:inspect`: everything that is known about an operation except its payloads, for people who look for a fault. */
import pMap from 'p-map';
import { isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitEnd } from '../lifecycle/wait.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { NO_REDACTION, type Redaction } from '../messages/redaction.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import { requireExisting } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { HistoryEntry } from '../orchestrator/ports/history-entry.ts';
import type { Inspection } from '../orchestrator/ports/operation-reads.ts';
import type { OperationStore } from '../orchestrator/ports/store.ts';
import type { InspectedWait } from '../orchestrator/ports/waits.ts';
import { type ChildPage, inspectChildren, positionOf, positionToken } from './inspect-children.ts';
import { inspectWork } from './inspect-work.ts';

const HISTORY_LINES = 200;
/** The number of waits on a page: an operation may have thousands of waits. */
const WAITS_OF_PAGE = 50;
/** The number of children on a page, for all waits together. The errors of failed children are read. */
const CHILDREN_OF_PAGE = 1_000;
/** The number of waits that are read at once. */
const CONCURRENCY = { concurrency: 4 };

export interface InspectRequest {
  readonly name: OperationName;
  readonly waits: WaitPage;
}

/** The requested waits, and the requested children of them. Default: the newest waits. */
export type WaitPage =
  | { readonly waitId: string; readonly children: ChildPage }
  | { readonly token?: string; readonly children: ChildPage };

export async function inspectOperation(
  { store, now, policy: { redaction = NO_REDACTION } }: Orchestrator,
  { name, waits: page }: InspectRequest,
): Promise<JsonObject> {
  const inspection = await store.inspection(name, { history: HISTORY_LINES, waits: WAITS_OF_PAGE });
  requireExisting(inspection?.operation, name);
  const { operation, history, reruns = [] } = inspection as Inspection;
  requireExisting(operation, name);
  const { shown, nextPageToken } = await pageOf(store, inspection as Inspection, page);
  const size = Math.min(page.children.size, Math.floor(CHILDREN_OF_PAGE / Math.max(1, shown.length)));
  const { method = '', parent = '', labels = {}, rerunOf } = operation.creation?.value ?? {};
  return {
    name,
    state: operation.state,
    method,
    parent,
    labels,
    ...timesOf(operation),
    ...inspectWork(operation, now()),
    cancelRequested: operation.cancelRequest !== 'NONE',
    resumePoint: operation.resumePoint?.value ?? '',
    checkpointBytes: operation.checkpoint?.value.length ?? 0,
    ...(rerunOf && { rerunOf }),
    ...(reruns.length > 0 && { reruns: [...reruns] }),
    waits: await pMap(
      shown,
      (wait) => inspectWait(store, wait, { ...page.children, size }, redaction),
      CONCURRENCY,
    ),
    ...(nextPageToken && { nextPageToken }),
    history: history.map(({ error, ...line }) =>
      inspectLine({ ...line, ...(error && { error: redaction.error(error, method) }) }),
    ),
  };
}

/** The waits in the order in which they began. */
async function pageOf(
  store: OperationStore,
  { operation: { name }, waits, waitCount }: Inspection,
  page: WaitPage,
): Promise<{ shown: readonly InspectedWait[]; nextPageToken?: string }> {
  if ('waitId' in page) {
    const summary = await store.summary({ operation: name, waitId: page.waitId }, 0, 0);
    return { shown: summary ? [summary] : [] };
  }
  const from = positionOf(page.token);
  const newest = from === 0 ? waits : await store.waits(name, from, WAITS_OF_PAGE);
  const next = from + newest.length;
  return {
    shown: newest.toReversed(),
    ...(next < waitCount && newest.length > 0 && { nextPageToken: positionToken(next) }),
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

async function inspectWait(
  store: OperationStore,
  inspected: InspectedWait,
  children: ChildPage,
  redaction: Redaction,
): Promise<JsonObject> {
  const { wait } = inspected;
  return {
    waitId: wait.waitId,
    policy: wait.policy.kind,
    ...(wait.policy.kind === 'ALL_SUCCEEDED' &&
      wait.policy.tolerated !== undefined && { toleratedFailures: wait.policy.tolerated }),
    ...(wait.notifications && { notifications: [...wait.notifications] }),
    ...(wait.policy.kind === 'QUORUM_SUCCEEDED' && { quorum: wait.policy.quorum }),
    startTime: toRfc3339(wait.startTime),
    ...(wait.sleepUntil !== undefined && { sleepUntil: toRfc3339(wait.sleepUntil) }),
    deadline: toRfc3339(wait.deadline),
    ...(wait.execution && { execution: wait.execution }),
    ...(wait.refusal && {
      launchRefused: { reason: wait.refusal.reason, time: toRfc3339(wait.refusal.time) },
    }),
    ...endOf(wait.end),
    children: await inspectChildren(store, inspected, children, redaction),
  };
}

function endOf(end: WaitEnd | undefined): JsonObject {
  if (!end) return { open: true };
  const endTime = toRfc3339(end.time);
  return end.kind === 'RESUMED'
    ? { open: false, endTime, cause: end.cause, resumedBy: end.by }
    : { open: false, endTime, abandoned: end.reason };
}

export function inspectLine(entry: HistoryEntry): JsonObject {
  const { eventId, type, occurTime, recordTime, outcome, reason, attempt, worker, rejection, error } = entry;
  return {
    eventId,
    type,
    occurTime: toRfc3339(occurTime),
    recordTime: toRfc3339(recordTime),
    outcome,
    ...(reason && { reason }),
    ...(attempt !== undefined && { attempt }),
    ...(worker !== undefined && { worker }),
    ...(rejection && { rejected: { ...rejection } }),
    ...(error && { error: { ...error } }),
  };
}
