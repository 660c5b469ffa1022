import type { AllFields } from '../lifecycle/all-fields.ts';
import type { ChildOutcome } from '../lifecycle/child-outcome.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import {
  type FailedPolls,
  type LaunchRefusal,
  openWait,
  type TermsBesideDeadline,
  type Wait,
  type WaitEnd,
} from '../lifecycle/wait.ts';

/**
 * A wait as one flat row, one field for each column of a store. Nested objects are plain JSON, because no query filters
 * by them.
 */
export interface WaitRecord {
  readonly operation: OperationName;
  readonly waitId: string;
  readonly startTime: number;
  readonly deadline: number;
  readonly terms: TermsRecord;
  readonly execution?: string;
  readonly refusal?: LaunchRefusal;
  readonly failedPolls?: FailedPolls;
  readonly ending?: EndingRecord;
  /** Absent while the wait is open. */
  readonly endTime?: number;
}

export type TermsRecord = TermsBesideDeadline;

/** How the wait ended, without the time. */
export type EndingRecord = WithoutTime<WaitEnd>;
type WithoutTime<E> = E extends WaitEnd ? Omit<E, 'time'> : never;

export function toWaitRecord(wait: Wait): WaitRecord {
  const { operation, waitId, startTime, deadline, execution, refusal, failedPolls, end } = wait;
  return {
    operation,
    waitId,
    startTime,
    deadline,
    terms: termsOf(wait),
    execution,
    refusal,
    failedPolls,
    ending: end && endingOf(end),
    endTime: end?.time,
  } satisfies AllFields<WaitRecord>;
}

function termsOf(wait: Wait): TermsRecord {
  return {
    policy: wait.policy,
    childCount: wait.childCount,
    externals: wait.externals,
    notifications: wait.notifications,
    cancelRest: wait.cancelRest,
    sleepUntil: wait.sleepUntil,
    pollFrequency: wait.pollFrequency,
    resumeMethod: wait.resumeMethod,
    traceparent: wait.traceparent,
  } satisfies AllFields<TermsRecord>;
}

/** The fields that the end of a wait sets. */
export function endingFields(end: WaitEnd): Required<Pick<WaitRecord, 'ending' | 'endTime'>> {
  return { ending: endingOf(end), endTime: end.time };
}

function endingOf(end: WaitEnd): EndingRecord {
  return end.kind === 'RESUMED'
    ? { kind: end.kind, cause: end.cause, by: end.by, missing: end.missing }
    : { kind: end.kind, reason: end.reason };
}

export function fromWaitRecord(record: WaitRecord): Wait {
  const { operation, waitId, startTime, deadline, terms, execution, refusal, failedPolls, ending, endTime } =
    record;
  const wait = {
    ...openWait(operation, waitId, startTime, deadline, terms),
    execution,
    refusal,
    failedPolls,
  };
  if (ending === undefined || endTime === undefined) return wait;
  return { ...wait, end: endOf(ending, endTime) };
}

function endOf(ending: EndingRecord, time: number): WaitEnd {
  return ending.kind === 'RESUMED'
    ? { kind: ending.kind, cause: ending.cause, by: ending.by, time, missing: ending.missing }
    : { kind: ending.kind, reason: ending.reason, time };
}

/** The children that did not exist when the wait ended: their outcome is NOT_FOUND, not PENDING. */
export function missingOf({ end }: Wait): readonly string[] {
  return end?.kind === 'RESUMED' ? (end.missing ?? []) : [];
}

export type OutcomeCounts = Partial<Record<ChildOutcome, number>>;

/** Counts `missing` of the pending children, which did not exist when the wait ended, as NOT_FOUND. */
export function withMissing(counts: OutcomeCounts, missing: number): OutcomeCounts {
  if (missing === 0) return counts;
  const { PENDING = 0, NOT_FOUND = 0, ...others } = counts;
  const known = { ...others, NOT_FOUND: NOT_FOUND + missing };
  return PENDING > missing ? { ...known, PENDING: PENDING - missing } : known;
}
