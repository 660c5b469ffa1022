import { retryInfoMs } from '../client/api-error.ts';
import type { Duration } from '../client/duration.ts';
import { durationMs } from '../client/duration-field.ts';
import type { OperationError } from '../client/operation-error.ts';
import type { Log } from './op.ts';

/** The range of `attemptFailed.retryDelay`. An event with another delay is refused, and its operation fails. */
const LONGEST_MS = 86_400_000;

/**
 * The `retryDelay` of the attempt that failed with this error: what `retry` says, cut to what the protocol allows. Undefined without
 * `retry`, because the orchestrator reads a google.rpc.RetryInfo by itself, unless that delay has to be cut too: it may be of a service that
 * the step called.
 * A `retry` that is no duration counts as absent here: `soundError` says so, and the error keeps its own code.
 */
export function retryDelayOf({ retry, details }: OperationError, log: Log): string | undefined {
  const own = isDuration(retry);
  const askedMs = own ? durationMs(retry, 'retry') : retryInfoMs(details);
  if (askedMs === undefined) return undefined;
  const delayMs = Math.min(LONGEST_MS, Math.max(0, askedMs));
  if (delayMs !== askedMs) log.warn('the pause before the next try is cut', { askedMs, delayMs });
  return own || delayMs !== askedMs ? `${delayMs / 1_000}s` : undefined;
}

export function isDuration(value: unknown): value is Duration {
  try {
    return typeof value === 'string' && durationMs(value as Duration, 'retry') >= 0;
  } catch {
    return false;
  }
}
