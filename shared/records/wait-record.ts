import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Wait, WaitEnd, WaitTerms } from '../lifecycle/wait.ts';

/** A wait laid flat, one field a column of a store. `terms` and `ending` are plain JSON: no query looks into them. */
export interface WaitRecord {
  readonly operation: OperationName;
  readonly waitId: string;
  readonly startTime: number;
  readonly deadline: number;
  readonly terms: TermsRecord;
  readonly execution?: string;
  readonly ending?: EndingRecord;
  /** Absent while the wait is open. */
  readonly endTime?: number;
}

export type TermsRecord = Omit<WaitTerms, 'deadline'>;

/** How the wait ended, without the time. */
export type EndingRecord = WithoutTime<WaitEnd>;
type WithoutTime<E> = E extends WaitEnd ? Omit<E, 'time'> : never;

export function toWaitRecord(wait: Wait): WaitRecord {
  const { operation, waitId, startTime, deadline, execution, end, ...terms } = wait;
  return { operation, waitId, startTime, deadline, terms, execution, ...(end && endingFields(end)) };
}

/** The fields of the record that the end of a wait sets. */
export function endingFields({ time, ...ending }: WaitEnd): Required<Pick<WaitRecord, 'ending' | 'endTime'>> {
  return { ending, endTime: time };
}

export function fromWaitRecord(record: WaitRecord): Wait {
  const { operation, waitId, startTime, deadline, terms, execution, ending, endTime } = record;
  const wait = {
    ...{ operation, waitId, startTime, deadline },
    ...terms,
    ...(execution !== undefined && { execution }),
  };
  if (ending === undefined || endTime === undefined) return wait;
  return { ...wait, end: { ...ending, time: endTime } };
}
