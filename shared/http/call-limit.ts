import { Failure } from '../orchestrator/ports/failure.ts';

/**
 * The longest duration of one call of a port, including its retries and tokens. It is below the limit of every caller's
 * own call.
 */
export const CALL_LIMIT_MS = 10_000;

/**
 * Runs a call of another service, and gives up after the limit, even if the client library ignores the signal.
 *
 * @throws Failure `unavailable` at the limit
 */
export async function withinLimit<T>(
  what: string,
  call: (signal: AbortSignal) => Promise<T>,
  limitMs = CALL_LIMIT_MS,
): Promise<T> {
  const limit = new AbortController();
  const gaveUp = new Failure('unavailable', `${what} took longer than ${limitMs / 1000} s`);
  let timer: NodeJS.Timeout | undefined;
  const atLimit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(gaveUp);
      limit.abort(gaveUp);
    }, limitMs);
  });
  try {
    return await Promise.race([call(limit.signal), atLimit]);
  } finally {
    clearTimeout(timer);
  }
}
