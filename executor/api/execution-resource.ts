import type { Execution } from '../execution.ts';
import type { StepEntry } from '../runner/history.ts';
import type { ListedEndpoint } from '../stdlib/callback-registry.ts';
import { encodeJson } from '../values/json-encoder.ts';

/**
 * An `Execution` in the JSON of the API. BASIC has the fields that a list contains by default. `usage` is an addition of this
 * project: the two quantities that Google bills, which Google's API does not report.
 */
export function executionResource(execution: Execution, view: 'BASIC' | 'FULL'): object {
  const { name, createTime, startTime, endTime, state, workflowRevisionId } = execution;
  const basic = {
    name,
    createTime: timestamp(createTime),
    ...(startTime !== undefined && { startTime: timestamp(startTime) }),
    ...(endTime !== undefined && { endTime: timestamp(endTime) }),
    ...(startTime !== undefined && endTime !== undefined && { duration: `${(endTime - startTime) / 1000}s` }),
    state,
    workflowRevisionId,
  };
  if (view === 'BASIC') return basic;
  const { labels, history, steps, httpCalls } = execution;
  const { argument, result, error } = execution.texts();
  const last = history.at(-1);
  return {
    ...basic,
    ...(argument !== undefined && { argument }),
    ...(result !== undefined && { result }),
    ...(error !== undefined && {
      error: {
        payload: error.payload,
        context: error.context,
        stackTrace: {
          elements: error.stackTrace.map(({ step, routine, line, column }) => ({
            step,
            routine,
            position: { line: String(line), column: String(column) },
          })),
        },
      },
    }),
    labels,
    usage: { steps, httpCalls },
    status: { currentSteps: last ? [{ routine: last.routine, step: last.step }] : [] },
  };
}

/**
 * A `Callback` in the JSON of the API. Its name has `callback`, and the URL of the endpoint has `callbacks`:
 * https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.callbacks/list
 */
export function callbackResource(
  execution: string,
  { id, method, received, waiters }: ListedEndpoint,
): object {
  return {
    name: `${execution}/callback/${id}`,
    method,
    availablePayloads: received.map((request) => encodeJson(request)),
    waiters: String(waiters),
  };
}

/** A `StepEntry` in the JSON of the API. */
export function stepEntryResource(execution: Execution, entry: StepEntry): object {
  return {
    name: `${execution.name}/stepEntries/${entry.id}`,
    createTime: timestamp(entry.createTime),
    updateTime: timestamp(entry.updateTime),
    routine: entry.routine,
    step: entry.step,
    stepType: entry.type,
    state: entry.state,
    entryId: String(entry.id),
    navigationInfo: entry.parent === undefined ? {} : { parent: String(entry.parent) },
  };
}

/** RFC 3339 of milliseconds since 1970. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
