/**
 * The times that google.protobuf.Timestamp can hold: the years 1 to 9999. Times are milliseconds since the epoch.
 *
 * Invariant: every time that is stored, sent or compared is in this range. A computed time, such as a time plus a duration,
 * passes through `clampTime` first.
 */
/** 0001-01-01T00:00:00Z. */
export const FIRST_TIME = -62_135_596_800_000;
/** The last millisecond of the year 9999. */
export const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function isInTimeRange(millis: number): boolean {
  return millis >= FIRST_TIME && millis <= LAST_TIME;
}

/** Returns the nearest time in the range. */
export function clampTime(millis: number): number {
  return Math.min(Math.max(millis, FIRST_TIME), LAST_TIME);
}
