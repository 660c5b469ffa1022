/** The work that only the clock brings: what `sweep` finds, counts, postpones and removes. */
import type { OperationName } from '../../lifecycle/operation-name.ts';

export interface Backlog {
  readonly effects: number;
  readonly operations: number;
  /** The earliest due time of an effect: milliseconds since the epoch. Absent if no effect is due. */
  readonly oldestEffectTime?: number;
  /** The earliest due time of an operation: milliseconds since the epoch. Absent if no operation is due. */
  readonly oldestOperationTime?: number;
  readonly openWaits: number;
  /** The number of open waits that have a workflow execution. */
  readonly heldExecutions: number;
}

export interface DueOperation {
  readonly name: OperationName;
  readonly method: string;
  readonly dueTime: number;
}

/** Finds operations that are due, and keeps the record of the runs of `sweep`. */
export interface DueWork {
  /** Operations of which something is due at `now` (dueTime of lifecycle/due.ts), the longest overdue first. */
  dueOperations(now: number, limit: number): Promise<readonly DueOperation[]>;
  /** Counts what is due at `now` and not done, and the open waits. Counts stop at `maxCount`; 0 leaves them out. */
  backlog(now: number, maxCount: number): Promise<Backlog>;
  /** The earliest time at which an effect or an operation is due, or undefined if there is none. */
  nextDueTime(): Promise<number | undefined>;
  /** Makes `sweep` skip an operation until `dueTime`, unless it has changed since it was found due. */
  postponeDue(due: DueOperation, dueTime: number): Promise<void>;
  /**
   * Records that `sweep` runs at `now`. Returns the start of the period in which it has run without a gap longer than
   * `maxGapMs`, in milliseconds since the epoch.
   */
  noteSweep(now: number, maxGapMs: number): Promise<number>;
  /** When `sweep` last ran: milliseconds since the epoch, or undefined if it never did. */
  lastSweepTime(): Promise<number | undefined>;
  /**
   * Removes operations whose expire time has come, with everything that belongs to them. An operation with outbox
   * entries stays until these are carried out, and one that changes in this moment may stay until a later call. Bounded work per
   * call. Returns whether more may be left to remove.
   */
  expire(now: number): Promise<boolean>;
}
