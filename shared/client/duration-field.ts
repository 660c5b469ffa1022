/** Reads durations that users give, and names the field of one that is malformed. */
import type { Duration } from './duration.ts';
import { invalidArgument } from './operation-error.ts';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Returns the duration in milliseconds. @throws OperationError INVALID_ARGUMENT that names the field */
export function durationMs(duration: Duration, field: string): number {
  const [, count, unit] = FORM.exec(duration) ?? [];
  if (count === undefined) {
    throw invalidArgument(
      `${field}: must be a number and one of ms, s, m, h, d, for example "90s", and is ${JSON.stringify(duration)}`,
    );
  }
  return Math.round(Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
}

/** Returns the duration in proto3 JSON, which is in seconds, or undefined if it is absent. */
export function protoDuration(duration: Duration | undefined, field: string): string | undefined {
  return duration === undefined ? undefined : `${durationMs(duration, field) / 1_000}s`;
}
