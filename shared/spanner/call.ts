/**
 * For each call to Spanner, its retries included: milliseconds. The client's own limit is an hour, which outlives the
 * function that waits for it.
 */
export const CALL = { timeout: 15_000 } as const;
