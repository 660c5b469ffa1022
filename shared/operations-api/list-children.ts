/** `GET /v1/operations/{id}/children`: lists the children of one wait with their outcomes and results. */

import type { ChildOutcome } from '../lifecycle/child-outcome.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { childNames, type Wait } from '../lifecycle/wait.ts';
import { anyToJson } from '../messages/json.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { statusToJson } from '../messages/operation.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import { signalledChild } from '../orchestrator/effects/signal-worker.ts';
import { existingOperation } from '../orchestrator/existing-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { Failure, InvalidInput } from '../orchestrator/ports/failure.ts';
import type { ListedChild } from '../orchestrator/ports/wait-children.ts';
import { continuedAt, positionToken, requireSameList } from './position-token.ts';
import { presentState } from './present-state.ts';

export interface ChildrenRequest {
  readonly name: OperationName;
  /** Default: the wait of `pageToken`, or the newest wait. */
  readonly waitId?: string;
  readonly pageSize: number;
  readonly pageToken?: string;
  readonly outcome?: string;
}

/**
 * The limit of all results in one answer, in bytes of protobuf; their JSON may be several times as large, and clients and functions
 * accept about 30 MB. An answer ends early before it exceeds the limit.
 */
const MAX_PAGE_BYTES = 3 * 1024 * 1024;

const OUTCOMES: ReadonlyMap<string, ChildOutcome> = new Map([
  ['PENDING', 'PENDING'],
  ['TIMED_OUT', 'PENDING'],
  ['SUCCEEDED', 'SUCCEEDED'],
  ['FAILED', 'FAILED'],
  ['CANCELLED', 'CANCELLED'],
  ['NOT_FOUND', 'NOT_FOUND'],
]);

export async function listChildren(
  { store }: Orchestrator,
  { name, waitId, pageSize, pageToken, outcome: text }: ChildrenRequest,
): Promise<JsonObject> {
  const outcome = outcomeOf(text);
  const { place, list } = continuedAt(pageToken);
  const listed = waitId || list?.at(-1);
  requireSameList(list, listOf(name, text, listed));
  await existingOperation({ store }, name);
  const wait = await waitOf(store, name, listed);
  if (!wait) return { children: [] };
  const timedOut = wait.end?.kind === 'RESUMED' && wait.end.cause === 'DEADLINE';
  // PENDING and TIMED_OUT are the same row in the store. The end of the wait decides which of the two it is.
  if (text === (timedOut ? 'PENDING' : 'TIMED_OUT')) return { children: [] };
  const page = { from: place, limit: pageSize, maxBytes: MAX_PAGE_BYTES, outcome };
  const found = (await store.listChildren(wait, page)) ?? [];
  const nameOf = childNames(wait);
  const next = (found.at(-1)?.position ?? wait.childCount) + 1;
  return {
    children: found.map((child) => childToJson(child, nameOf(child.key), timedOut ? 'TIMED_OUT' : 'PENDING')),
    nextPageToken: next < wait.childCount ? positionToken(next, listOf(name, text, wait.waitId)) : undefined,
  };
}

/** What a page token is bound to. The wait is the last part, because a token of the newest wait continues the list of that wait. */
function listOf(name: OperationName, outcome = '', waitId = ''): readonly string[] {
  return ['children', name, outcome, waitId];
}

function outcomeOf(text: string | undefined): ChildOutcome | undefined {
  if (!text) return undefined;
  const outcome = OUTCOMES.get(text);
  if (!outcome) throw new InvalidInput('outcome', `must be one of ${[...OUTCOMES.keys()].join(', ')}`);
  return outcome;
}

async function waitOf(
  store: Orchestrator['store'],
  operation: OperationName,
  waitId: string | undefined,
): Promise<Wait | undefined> {
  if (!waitId) return (await store.waits(operation, 0, 1))[0]?.wait;
  const wait = await store.wait({ operation, waitId });
  if (!wait) throw new Failure('notFound', `${operation} has no wait ${waitId}`);
  return wait;
}

function childToJson(child: ListedChild, name: string, late: 'PENDING' | 'TIMED_OUT'): JsonObject {
  const { outcome, key, response, error } = signalledChild(child, name, late);
  const { operation } = child;
  const { method, createTime, completeTime } = operation ?? {};
  const ended = outcome !== 'PENDING' && outcome !== 'TIMED_OUT' ? completeTime : undefined;
  return {
    name,
    method: method || undefined,
    key,
    outcome,
    presentState: presentState(child),
    response: response && anyToJson(response),
    error: error && statusToJson(error),
    createTime: createTime === undefined ? undefined : toRfc3339(createTime),
    completeTime: ended === undefined ? undefined : toRfc3339(ended),
  };
}
