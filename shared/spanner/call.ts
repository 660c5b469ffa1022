import type { ReadRequest } from '@google-cloud/spanner/build/src/transaction.js';

export type CallOptions = NonNullable<ReadRequest['gaxOptions']>;

/**
 * For each call to Spanner, its retries included: milliseconds. The client's own limit is an hour, which outlives the
 * function that waits for it.
 */
export const CALL = { timeout: 15_000 } as const satisfies CallOptions;
