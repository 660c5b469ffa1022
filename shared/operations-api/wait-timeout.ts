import { type SecondsAndNanos, toMillis } from '../messages/time.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** How long a WaitOperation call waits, in milliseconds: its timeout, but at most `maxWaitMs`, which is also how long it waits without one. */
export function waitTimeout(timeout: unknown, maxWaitMs: number): number {
  if (!timeout) return maxWaitMs;
  const millis = toMillis(timeout as SecondsAndNanos);
  if (millis < 0) throw new InvalidInput('timeout', 'must not be negative');
  return Math.min(millis, maxWaitMs);
}

/** The time that is reserved for the answer to reach the client before its deadline, in milliseconds. */
const ANSWER_MARGIN_MS = 250;

/** Returns how long a call with this deadline may wait, in milliseconds. The result is Infinity without a deadline. */
export function timeLeft(deadline: Date | number, now: number): number {
  return Math.max(0, Number(deadline) - now - ANSWER_MARGIN_MS);
}
