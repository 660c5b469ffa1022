/** google.protobuf.Duration in events, checked against the range of its field. */
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { type SecondsAndNanos, toMillis, toNumber } from './time.ts';

export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;

/** In milliseconds, both ends included. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Returns the duration in milliseconds. Finer digits are cut off.
 *
 * @throws InvalidInput that names the field and its range
 */
export function durationMs(
  field: string,
  duration: SecondsAndNanos,
  { minMs, maxMs }: DurationRange,
): number {
  const millis = toMillis(duration);
  if (!isValid(duration) || millis < minMs || millis > maxMs) {
    throw new InvalidInput(field, `must be from ${minMs / SECOND_MS}s to ${maxMs / SECOND_MS}s`);
  }
  return millis;
}

/**
 * Binary can hold what JSON cannot: nanoseconds beyond one second, or nanoseconds with another sign than the seconds.
 */
function isValid({ seconds, nanos: given }: SecondsAndNanos): boolean {
  const whole = toNumber(seconds);
  const nanos = given ?? 0;
  return Math.abs(nanos) < 1e9 && whole * nanos >= 0;
}
