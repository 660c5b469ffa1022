import type { ExecutionError } from '../errors/report.ts';
import type { Value } from '../values/value.ts';
import type { JournalEntry, JournalWriter } from './journal.ts';

/** A stored revision of a workflow. */
export interface StoredWorkflow {
  readonly id: string;
  readonly revisionId: string;
  readonly source: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly createTime: number;
  readonly revisionCreateTime: number;
}

/** How an execution ended. */
export type StoredEnd = (
  | { readonly state: 'SUCCEEDED'; readonly result: string }
  | { readonly state: 'FAILED'; readonly error: ExecutionError }
  | { readonly state: 'CANCELLED' }
) & {
  readonly endTime: number;
  /** Absent if the execution was cancelled in the queue, and in files of earlier releases. */
  readonly startTime?: number;
  /** What it used up. Absent in files of earlier releases. */
  readonly usage?: StoredUsage;
};

/** What an execution used up. */
export interface StoredUsage {
  readonly steps: number;
  readonly httpCalls: number;
  readonly externalCalls: number;
}

export interface StoredExecution {
  readonly id: string;
  /** The revision that the execution runs, also after a later deployment. */
  readonly workflow: StoredWorkflow;
  readonly project: string;
  readonly location: string;
  readonly argument?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createTime: number;
}

/** An execution of an earlier process. */
export interface RecoveredExecution {
  readonly execution: StoredExecution;
  /** Absent if the execution has not started, and in files of earlier releases. */
  readonly startTime?: number;
  readonly end?: StoredEnd;
  readonly calls: readonly JournalEntry[];
  /** Requests to callback endpoints by the path of the endpoint, in the order of arrival. */
  readonly callbacks: ReadonlyMap<string, readonly Value[]>;
}

/** An execution that has ended, with its argument and how it ended. */
export interface EndedExecution {
  readonly execution: StoredExecution;
  readonly end: StoredEnd;
}

/** Writes the records of one execution. */
export interface ExecutionWriter extends JournalWriter {
  callback(path: string, request: Value): void;
  ended(end: StoredEnd): void;
}

/** Keeps workflows and executions from one process to the next. */
export interface DurableStore {
  /** @throws Error that names what cannot be read */
  workflows(): readonly StoredWorkflow[];
  saveWorkflow(workflow: StoredWorkflow): void;
  deleteWorkflow(id: string): void;
  /** In the order in which they were created. */
  executions(): readonly RecoveredExecution[];
  /** Returns undefined if the execution is not there or has not ended. */
  ended(executionId: string): EndedExecution | undefined;
  /** Deletes an execution that has ended. Does nothing if it is not there. */
  deleteExecution(id: string): void;
  create(execution: StoredExecution): ExecutionWriter;
  writer(executionId: string): ExecutionWriter;
  /** Later writes are dropped, because the process ends and the next process continues its executions. */
  close(): void;
}
