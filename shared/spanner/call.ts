import type { ReadRequest } from '@google-cloud/spanner/build/src/transaction.js';
import { Failure } from '../orchestrator/ports/failure.ts';

export type CallOptions = NonNullable<ReadRequest['gaxOptions']>;

/**
 * For each call to Spanner, its retries included: milliseconds. The client's own limit is an hour, which outlives the
 * function that waits for it.
 */
export const CALL = { timeout: 15_000 } as const satisfies CallOptions;

/** How long the store waits at most, in milliseconds: less than the minute that a function has. */
export interface Limits {
  /** For reads that see one moment, and for writes without a read. */
  readonly callMs: number;
  /** For a read-write transaction with all its attempts. */
  readonly transactionMs: number;
}

export const LIMITS: Limits = { callMs: CALL.timeout, transactionMs: 30_000 };

/**
 * Waits no longer than that. The client goes beyond the timeout of a call: it resumes streams, and waits for sessions. What
 * it does behind the limit is of no consequence: a write that is repeated is safe to repeat.
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
    // Its failure behind the limit is of no consequence either.
    work.catch(() => undefined);
  }
}
