/** The children of a wait in the store, and their outcomes. */
import type { ChildOutcome } from '../../lifecycle/child-outcome.ts';
import type { OperationState } from '../../lifecycle/operation.ts';
import type { ChildResult } from '../../lifecycle/outcome.ts';
import type { AnyValue, Status } from '../../lifecycle/result.ts';
import type { WaitRef } from '../../lifecycle/wait.ts';

/** A child of a wait: its name, or the key of an external operation. */
export interface Child {
  readonly key: string;
  readonly outcome: ChildOutcome;
  /** Only for children of other services, if the workflow passed it on. */
  readonly result?: ChildResult;
}

/** A child of a wait with everything that a parent sees of it. */
export interface ListedChild {
  /** Its position in the wait, from 0, in the order `spawn`, `childOperations`, `externalOperations`. */
  readonly position: number;
  /** The name, or the key of an external operation. */
  readonly key: string;
  /** The key of a spawned child within its parent. */
  readonly spawnKey?: string;
  readonly outcome: ChildOutcome;
  /**
   * The operation itself, if it belongs to this deployment and is neither deleted nor expired. It may have ended after
   * the wait did. Its result counts only if `outcome` says so.
   */
  readonly operation?: ChildView;
  /** The answer of the other service, for an external child. */
  readonly result?: ChildResult;
  /** Its result was left out because of `maxBytes`. */
  readonly resultOmitted?: true;
}

export interface ChildView {
  /** Its present state, whatever the wait knew of it. */
  readonly state: OperationState;
  readonly method: string;
  readonly createTime: number;
  readonly completeTime?: number;
  readonly response?: AnyValue;
  readonly error?: Status;
  /** The result was left out because of `maxBytes`. */
  readonly omitted?: true;
}

/** A child without an outcome. */
export interface PendingChild {
  readonly key: string;
  /** Whether an operation of that name exists; false for a child of another service. */
  readonly exists: boolean;
}

export interface ChildrenPage {
  /** The position of the first child. */
  readonly from: number;
  readonly limit: number;
  /** Only children with this outcome. */
  readonly outcome?: ChildOutcome;
  /** The page ends before the results of its children exceed this size. The first child always has its result. */
  readonly maxBytes: number;
}

/** Reads the children of waits, and sets their outcomes. */
export interface WaitChildren {
  /** Children in the order of the wait, as of its end if it has ended. undefined if the wait does not exist. */
  listChildren(ref: WaitRef, page: ChildrenPage): Promise<readonly ListedChild[] | undefined>;
  /** Children that are pending, after the key `after`, by key, and whether an operation of that name exists. */
  pendingChildren(ref: WaitRef, limit: number, after?: string): Promise<readonly PendingChild[]>;
  /** Sets the outcome of each of these children, unless the child has one or the wait has ended. */
  recordOutcomes(ref: WaitRef, children: readonly Child[]): Promise<void>;
  /**
   * Sets the outcome of each pending child whose operation is terminal or deleted: those that ended before the wait
   * began.
   */
  catchUpChildren(ref: WaitRef): Promise<void>;
}
