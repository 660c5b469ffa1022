/** Converts an operation to the views of lists and watches: BASIC, SUMMARY and FULL. */
import { attemptNumber } from '../../lifecycle/attempt.ts';
import { isTerminal, type LiveOperation } from '../../lifecycle/operation.ts';
import type { JsonObject } from '../../messages/json-value.ts';
import { type OperationView, operationToJson, operationView } from '../../messages/operation.ts';
import { progressPercentOf } from '../../messages/progress.ts';
import { NO_REDACTION, type Redaction } from '../../messages/redaction.ts';
import { toRfc3339 } from '../../messages/timestamp.ts';
import { InvalidInput, startOf } from '../../orchestrator/ports/failure.ts';
import type { OperationSummary } from '../../orchestrator/ports/overview.ts';
import type { Query } from '../http-query.ts';

/**
 * How much of an operation an answer contains (AIP-157). BASIC: the google.longrunning.Operation. SUMMARY: state, method, times,
 * progress and error, and no payload. FULL: both.
 */
export type View = 'BASIC' | 'SUMMARY' | 'FULL';

/** @throws InvalidInput for a view that the method does not have */
export function viewParameter<V extends View>(query: Query, views: readonly [V, ...V[]]): V {
  const text = query.get('view');
  if (!text) return views[0];
  const view = views.find((known) => known === text);
  if (!view) throw new InvalidInput('view', `must be ${views.join(' or ')}`);
  return view;
}

/** The part of an error message that a line can show. */
const MAX_MESSAGE_LENGTH = 500;

export function summaryOf(operation: LiveOperation): OperationSummary {
  const { name, state, creation, createTime, updateTime, cancelRequest } = operation;
  return {
    name,
    state,
    createTime,
    updateTime,
    method: creation?.value.method ?? '',
    parent: creation?.value.parent,
    labels: creation?.value.labels ?? {},
    completeTime: isTerminal(operation) ? operation.completeTime : undefined,
    cancelRequested: cancelRequest !== 'NONE',
    attempt: attemptNumber(operation.attempts) || undefined,
    progressPercent: progressPercentOf(operation.metadata?.value),
    error: isTerminal(operation) && operation.state !== 'SUCCEEDED' ? operation.error : undefined,
  };
}

export function summaryToJson(summary: OperationSummary, redaction: Redaction): JsonObject {
  const { name, state, method, parent, labels, createTime, updateTime, completeTime, error } = summary;
  const { cancelRequested, attempt, progressPercent } = summary;
  return {
    name,
    done: completeTime !== undefined || undefined,
    state,
    method: method || undefined,
    parent: parent || undefined,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    createTime: toRfc3339(createTime),
    updateTime: toRfc3339(updateTime),
    completeTime: completeTime === undefined ? undefined : toRfc3339(completeTime),
    cancelRequested: cancelRequested || undefined,
    attempt,
    progressPercent,
    error: error && {
      code: error.code,
      message: startOf(redaction.message(error.message, method), MAX_MESSAGE_LENGTH),
    },
  };
}

/** The google.longrunning.Operation with the fields of the summary. */
export function fullToJson(operation: LiveOperation): JsonObject {
  return withPayloads(summaryOf(operation), operationView(operation));
}

export function withPayloads(summary: OperationSummary, view: OperationView): JsonObject {
  return Object.assign(summaryToJson(summary, NO_REDACTION), operationToJson(view));
}
