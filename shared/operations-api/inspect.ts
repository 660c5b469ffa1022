/** `:inspect`: everything that is known about an operation, with its input and no other payload, for people who look for a fault. */
import pMap from 'p-map';
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { WaitEnd } from '../lifecycle/wait.ts';
import { anyToJson } from '../messages/json.ts';
import type { JsonObject } from '../messages/json-value.ts';
import type { Redaction } from '../messages/redaction.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import { requireExisting } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { HistoryEntry } from '../orchestrator/ports/history-entry.ts';
import type { Inspection } from '../orchestrator/ports/operation-reads.ts';
import type { OperationStore } from '../orchestrator/ports/store.ts';
import type { InspectedWait } from '../orchestrator/ports/waits.ts';
import { type ChildPage, inspectChildren } from './inspect-children.ts';
import { inspectWork } from './inspect-work.ts';
import { continuedAt, positionToken, requireSameList } from './position-token.ts';

const HISTORY_LINES = 200;
/** The number of waits on a page: an operation may have thousands of waits. */
const WAITS_OF_PAGE = 50;
/** The number of children on a page, for all waits together. The errors of failed children are read. */
const CHILDREN_OF_PAGE = 1_000;
/** The largest input that is shown, because the console and progress bars inspect an operation again and again. */
const MAX_INPUT_BYTES = 64 * 1024;
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
  { store, now, policy: { redaction } }: Orchestrator,
  { name, waits: page }: InspectRequest,
): Promise<JsonObject> {
  const inspection = await store.inspection(name, { history: HISTORY_LINES, waits: WAITS_OF_PAGE });
  requireExisting(inspection?.operation, name);
  const { operation, history, reruns = [] } = inspection as Inspection;
  requireExisting(operation, name);
  const { shown, nextPageToken } = await pageOf(store, inspection as Inspection, page);
  const size = Math.min(page.children.size, Math.floor(CHILDREN_OF_PAGE / Math.max(1, shown.length)));
  const { method = '', parent = '', labels = {}, input, rerunOf } = operation.creation?.value ?? {};
  return {
    name,
    state: operation.state,
    method,
    parent,
    labels,
    createTime: toRfc3339(operation.createTime),
    updateTime: toRfc3339(operation.updateTime),
    completeTime: isTerminal(operation) ? toRfc3339(operation.completeTime) : undefined,
    expireTime: isTerminal(operation) ? toRfc3339(operation.expireTime) : undefined,
    ...inspectWork(operation, now()),
    cancelRequested: operation.cancelRequest !== 'NONE',
    resumePoint: operation.resumePoint?.value ?? '',
    checkpointBytes: operation.checkpoint?.value.length ?? 0,
    inputBytes: input?.value.length,
    input:
      input && input.value.length <= MAX_INPUT_BYTES
        ? redaction.payload('input', anyToJson(input), method)
        : undefined,
    rerunOf,
    reruns: reruns.length > 0 ? [...reruns] : undefined,
    waits: await pMap(
      shown,
      (wait) => inspectWait(store, wait, { ...page.children, size }, redaction),
      CONCURRENCY,
    ),
    nextPageToken,
    history: history.map((line) => {
      const { error } = line;
      return inspectLine(error ? { ...line, error: redaction.error(error, method) } : line);
    }),
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
  const { place, list } = continuedAt(page.token);
  const listed = ['waits', name];
  requireSameList(list, listed);
  // A token counts the earlier waits, which stay the same while the operation begins others. One of an earlier release counts the newer.
  const from = list ? Math.max(0, waitCount - place) : place;
  const newest = from === 0 ? waits : await store.waits(name, from, WAITS_OF_PAGE);
  const earlier = waitCount - from - newest.length;
  return {
    shown: newest.toReversed(),
    nextPageToken: earlier > 0 && newest.length > 0 ? positionToken(earlier, listed) : undefined,
  };
}

async function inspectWait(
  store: OperationStore,
  inspected: InspectedWait,
  children: ChildPage,
  redaction: Redaction,
): Promise<JsonObject> {
  const { waitId, policy, notifications, startTime, sleepUntil, deadline, execution, refusal, end } =
    inspected.wait;
  return {
    waitId,
    policy: policy.kind,
    toleratedFailures: policy.kind === 'ALL_SUCCEEDED' ? policy.tolerated : undefined,
    notifications: notifications && [...notifications],
    quorum: policy.kind === 'QUORUM_SUCCEEDED' ? policy.quorum : undefined,
    startTime: toRfc3339(startTime),
    sleepUntil: sleepUntil === undefined ? undefined : toRfc3339(sleepUntil),
    deadline: toRfc3339(deadline),
    execution: execution || undefined,
    launchRefused: refusal && { reason: refusal.reason, time: toRfc3339(refusal.time) },
    ...endOf(end),
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
    reason: reason || undefined,
    attempt,
    worker,
    rejected: rejection && { ...rejection },
    error: error && { ...error },
  };
}
