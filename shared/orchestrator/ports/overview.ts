import type { OperationState } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { OperationView } from '../../messages/operation.ts';
import type { Condition } from '../condition.ts';
import type { ListQuery } from './list.ts';

/** An operation as a list shows it: all of its small fields, and no payload. Times are milliseconds since the epoch. */
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
  /** The number of the current attempt, from 1. Absent if there is none. */
  readonly attempt?: number;
  /** The progress of the work, from 0 to 100, if the metadata has it. */
  readonly progressPercent?: number;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface ListedSummary extends OperationSummary {
  readonly view: OperationView;
  /** The bytes of the google.longrunning.Operation. */
  readonly bytes: number;
}

export interface SummaryQuery extends ListQuery {
  /** The number of operations to skip (AIP-158). */
  readonly skip: number;
}

/** The operations that were created in one minute, and those that ended in it. */
export interface MinuteStatistics {
  /** The beginning of the minute: milliseconds since the epoch. */
  readonly time: number;
  readonly created: number;
  readonly succeeded: number;
  /** Failed or cancelled. */
  readonly failed: number;
  /** The median time from creation to completion of the operations that completed in this minute. Absent if none did. */
  readonly medianMs?: number;
  /** The 95th percentile of the same times. */
  readonly p95Ms?: number;
}

export interface Statistics {
  readonly states: Readonly<Partial<Record<OperationState, number>>>;
  /** The methods with the most operations, the largest first. */
  readonly methods: readonly { readonly method: string; readonly count: number }[];
  /** Of operations created since `since`: a store may read only the newest. Minutes in which nothing happened are left out. */
  readonly minutes: readonly MinuteStatistics[];
}

export interface StatisticsQuery {
  readonly condition: Condition;
  /** The start of the first minute. */
  readonly since: number;
}

/** The port of summaries: what a console needs besides single operations. Rejects with a Failure. */
export interface OperationOverview {
  /** In the order of ListPosition, without deleted operations. */
  list(query: SummaryQuery): Promise<readonly ListedSummary[]>;
  statistics(query: StatisticsQuery): Promise<Statistics>;
}
