import type { Status } from '../client/operation-error.ts';

export type Outcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT' | 'NOT_FOUND' | 'PENDING';

/** The outcome of one child at the end of the wait. */
export type ChildResult<R> = {
  readonly name: string;
  /** Its place in the wait, from 0. */
  readonly index: number;
  readonly key?: string;
} & (
  | { readonly outcome: 'SUCCEEDED'; readonly response: R }
  | { readonly outcome: Exclude<Outcome, 'SUCCEEDED'>; readonly error: Status }
);

/** In the order of the wait. Iterating reads page after page. */
export interface Children<R> extends AsyncIterable<ChildResult<R>> {
  readonly counts: Readonly<Record<Outcome, number>>;
  all(): Promise<readonly ChildResult<R>[]>;
  /** Of those that succeeded. */
  responses(): Promise<readonly R[]>;
  /** Of the only child. @throws OperationError where there is not exactly one, or its own error where it did not succeed. */
  one(): Promise<R>;
}
