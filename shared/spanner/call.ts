import type { ReadRequest } from '@google-cloud/spanner/build/src/transaction.js';
import { Failure } from '../orchestrator/ports/failure.ts';

export type CallOptions = NonNullable<ReadRequest['gaxOptions']>;

/**
 * The time limit of each call to Spanner, including retries, in milliseconds. The client's own limit is an hour, which is longer than
 * a function instance may wait.
 */
export const CALL = { timeout: 15_000 } as const satisfies CallOptions;

/** The longest time that the store waits, in milliseconds: less than the minute that a function has. */
export interface Limits {
  /** For snapshot reads, and for writes without a read. */
  readonly callMs: number;
  /** For a read-write transaction, including all attempts. */
  readonly transactionMs: number;
}

export const LIMITS: Limits = { callMs: CALL.timeout, transactionMs: 30_000 };

/**
 * Waits at most for the limit. The client itself may exceed the timeout of a call, because it resumes streams and waits for sessions.
 * A write that the client completes after the limit does no harm, because every write can be repeated.
 *
 * @throws a Failure of the kind `unavailable`
 */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Failure('unavailable', `Spanner: no answer within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    // An error after the limit is ignored.
    work.catch(() => undefined);
  }
}
