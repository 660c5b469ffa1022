import type { Status } from '../client/operation-error.ts';

/**
 * How a child stands at the end of a wait. TIMED_OUT: the wait ended at its deadline, and the child had not. PENDING: the wait ended
 * for another reason before the child did. NOT_FOUND: the child does not exist, or was deleted.
 */
export type Outcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT' | 'NOT_FOUND' | 'PENDING';

/** The outcome of one child at the end of the wait. */
export type ChildResult<R> = {
  /** `operations/{id}`, or the name that another service gave it. */
  readonly name: string;
  /** The position of the child in the wait, from 0. */
  readonly index: number;
  /** The key of a spawned child, if it was given one. */
  readonly key?: string;
} & (
  | {
      /** How the child stands at the end of the wait. */
      readonly outcome: 'SUCCEEDED';
      /** The response in the output form of its schema. */
      readonly response: R;
    }
  | {
      /** How the child stands at the end of the wait. */
      readonly outcome: Exclude<Outcome, 'SUCCEEDED'>;
      /** The child's error, or one that says how it stands. */
      readonly error: Status;
    }
);

/** The results of children, in the order of the wait. Iterating reads them page by page. */
export interface Children<R> extends AsyncIterable<ChildResult<R>> {
  /** The number of children for each outcome. Known without a call. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /**
   * The results of all children. @throws OperationError INTERNAL if the schema refuses a response, with the name of the child
   */
  all(): Promise<readonly ChildResult<R>[]>;
  /** The responses of the children that succeeded. */
  responses(): Promise<readonly R[]>;
  /** The response of the only child. Rejects with the child's error if it did not succeed, or if there is not exactly one. */
  one(): Promise<R>;
}
