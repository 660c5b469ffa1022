import { type SecondsAndNanos, toMillis } from '../messages/time.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/**
 * How long a call of WaitOperation waits, in milliseconds: at most `maxWait`, also where it gives no timeout, which
 * google.longrunning leaves to the protocol.
 */
export function waitTimeout(timeout: unknown, maxWait: number): number {
  if (!timeout) return maxWait;
  const millis = toMillis(timeout as SecondsAndNanos);
  if (millis < 0) throw new InvalidInput('timeout', 'must not be negative');
  return Math.min(millis, maxWait);
}

/** For the answer to arrive before the client gives up. In milliseconds. */
const ANSWER_MARGIN = 250;

/** The milliseconds left for an answer to a call with this deadline, which is never for one without. */
export function timeLeft(deadline: Date | number, now: number): number {
  return Math.max(0, Number(deadline) - now - ANSWER_MARGIN);
}
