import type { ChildOutcome } from '../lifecycle/child-outcome.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { FailedPolls, LaunchRefusal, Wait, WaitEnd, WaitTerms } from '../lifecycle/wait.ts';

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

export type TermsRecord = Omit<WaitTerms, 'deadline'>;

/** How the wait ended, without the time. */
export type EndingRecord = WithoutTime<WaitEnd>;
type WithoutTime<E> = E extends WaitEnd ? Omit<E, 'time'> : never;

export function toWaitRecord(wait: Wait): WaitRecord {
  const { operation, waitId, startTime, deadline, execution, refusal, failedPolls, end, ...terms } = wait;
  return {
    ...{ operation, waitId, startTime, deadline, terms, execution, refusal, failedPolls },
    ...(end && endingFields(end)),
  };
}

/** The fields that the end of a wait sets. */
export function endingFields({ time, ...ending }: WaitEnd): Required<Pick<WaitRecord, 'ending' | 'endTime'>> {
  return { ending, endTime: time };
}

export function fromWaitRecord(record: WaitRecord): Wait {
  const { operation, waitId, startTime, deadline, terms, execution, refusal, failedPolls, ending, endTime } =
    record;
  const wait = {
    ...{ operation, waitId, startTime, deadline },
    ...terms,
    ...(execution !== undefined && { execution }),
    ...(refusal && { refusal }),
    ...(failedPolls && { failedPolls }),
  };
  if (ending === undefined || endTime === undefined) return wait;
  return { ...wait, end: { ...ending, time: endTime } };
}

/** The children that did not exist when the wait ended: their outcome is NOT_FOUND, not PENDING. */
export function missingOf({ end }: Wait): readonly string[] {
  return end?.kind === 'RESUMED' ? (end.missing ?? []) : [];
}

export type OutcomeCounts = Partial<Record<ChildOutcome, number>>;

/** `missing` is the number of pending children that did not exist. */
export function withMissing(counts: OutcomeCounts, missing: number): OutcomeCounts {
  if (missing === 0) return counts;
  const { PENDING = 0, NOT_FOUND = 0, ...others } = counts;
  return {
    ...others,
    ...(PENDING > missing && { PENDING: PENDING - missing }),
    NOT_FOUND: NOT_FOUND + missing,
  };
}
