import type { OperationState } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Condition } from '../condition.ts';
import type { ListQuery } from '../list-operations.ts';

/** An operation as a list shows it: all that is small, and no payload. Times are milliseconds since the epoch. */
export interface OperationSummary {
  readonly name: OperationName;
  readonly state: OperationState;
  /** Empty while no `created` has been applied. */
  readonly method: string;
  readonly parent?: OperationName;
  readonly labels: Readonly<Record<string, string>>;
  readonly createTime: number;
  readonly updateTime: number;
  readonly completeTime?: number;
  readonly cancelRequested: boolean;
  /** The number of the current attempt, from 1; absent where there is none. */
  readonly attempt?: number;
  /** How much of the work is done, from 0 to 100, where the metadata says it. */
  readonly progressPercent?: number;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface SummaryQuery extends ListQuery {
  /** How many operations to leave out at the beginning (AIP-158). */
  readonly skip: number;
}

/** What happened in one minute. */
export interface MinuteStatistics {
  /** The beginning of the minute: milliseconds since the epoch. */
  readonly time: number;
  readonly created: number;
  readonly succeeded: number;
  /** Failed or cancelled. */
  readonly failed: number;
  /** From creation to completion, of the operations that completed in this minute; absent where none did. */
  readonly medianMs?: number;
  readonly p95Ms?: number;
}

export interface Statistics {
  readonly states: Readonly<Partial<Record<OperationState, number>>>;
  /** The methods with most operations, the largest first. */
  readonly methods: readonly { readonly method: string; readonly count: number }[];
  /** Of the operations that were created since `since`, without the minutes in which nothing happened. */
  readonly minutes: readonly MinuteStatistics[];
}

export interface StatisticsQuery {
  readonly condition: Condition;
  /** Minutes are counted from here on. */
  readonly since: number;
}

/** The operations seen from above: what a console needs beside single operations. Rejects with a Failure. */
export interface OperationOverview {
  /** In the order of ListPosition; none that is deleted. */
  list(query: SummaryQuery): Promise<readonly OperationSummary[]>;
  statistics(query: StatisticsQuery): Promise<Statistics>;
}
