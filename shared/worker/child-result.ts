import type { Status } from '../client/operation-error.ts';

export type Outcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT' | 'NOT_FOUND' | 'PENDING';

/** The outcome of one child at the end of the wait. */
export type ChildResult<R> = {
  readonly name: string;
  /** The position of the child in the wait, from 0. */
  readonly index: number;
  readonly key?: string;
} & (
  | { readonly outcome: 'SUCCEEDED'; readonly response: R }
  | { readonly outcome: Exclude<Outcome, 'SUCCEEDED'>; readonly error: Status }
);

/** The results of children, in the order of the wait. Iterating reads them page by page. */
export interface Children<R> extends AsyncIterable<ChildResult<R>> {
  readonly counts: Readonly<Record<Outcome, number>>;
  all(): Promise<readonly ChildResult<R>[]>;
  /** The responses of the children that succeeded. */
  responses(): Promise<readonly R[]>;
  /** The response of the only child. Rejects with the child's error if it did not succeed, or if there is not exactly one. */
  one(): Promise<R>;
}
