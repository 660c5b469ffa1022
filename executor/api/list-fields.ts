import type { Execution } from '../execution.ts';
import type { StepEntry } from '../runner/history.ts';

/** A field of a list, which filters compare and `orderBy` sorts by. */
export interface ListField<T> {
  /** How a filter writes the values: text, an RFC 3339 time, or a number, which may have a unit as in `1.5s`. */
  readonly kind: 'text' | 'time' | 'number';
  /** Milliseconds since the epoch for a time, seconds for a duration. undefined where the item has none. */
  readonly value: (item: T) => string | number | undefined;
  /** Whether `orderBy` may name it too. */
  readonly sortable: boolean;
}

export type ListFields<T> = ReadonlyMap<string, ListField<T>>;

function text<T>(value: (item: T) => string | undefined, sortable = true): ListField<T> {
  return { kind: 'text', value, sortable };
}

function time<T>(value: (item: T) => number | undefined): ListField<T> {
  return { kind: 'time', value, sortable: true };
}

/** The fields of `executions.list`. Its first documentation wrote `executionID`, its reference writes `executionId`. */
export const EXECUTION_FIELDS: ListFields<Execution> = new Map<string, ListField<Execution>>([
  ['executionId', text(({ id }) => id)],
  ['executionID', text(({ id }) => id)],
  ['state', text(({ state }) => state)],
  ['createTime', time(({ createTime }) => createTime)],
  ['startTime', time(({ startTime }) => startTime)],
  ['endTime', time(({ endTime }) => endTime)],
  ['duration', { kind: 'number', value: duration, sortable: true }],
  ['workflowRevisionId', text(({ workflowRevisionId }) => workflowRevisionId)],
  ['workflowRevisionID', text(({ workflowRevisionId }) => workflowRevisionId)],
  ['stepName', text(({ history }) => history.at(-1)?.step, false)],
]);

/** The fields of `stepEntries.list`. */
export const STEP_FIELDS: ListFields<StepEntry> = new Map<string, ListField<StepEntry>>([
  ['entryId', { kind: 'number', value: ({ id }) => id, sortable: true }],
  ['createTime', time(({ createTime }) => createTime)],
  ['updateTime', time(({ updateTime }) => updateTime)],
  ['routine', text(({ routine }) => routine)],
  ['step', text(({ step }) => step)],
  ['stepType', text(({ type }) => type)],
  ['parent', text(({ parent }) => (parent === undefined ? undefined : String(parent)), false)],
  ['state', text(({ state }) => state)],
]);

function duration({ startTime, endTime }: Execution): number | undefined {
  return startTime === undefined || endTime === undefined ? undefined : (endTime - startTime) / 1000;
}
