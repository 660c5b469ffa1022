/**
 * RFC 3339 in both directions, within the range of google.protobuf.Timestamp. No other file parses or writes times in
 * text. https://www.rfc-editor.org/rfc/rfc3339, https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
import { clampTime, isInTimeRange } from '../lifecycle/time-range.ts';

/** The rule in words, for error messages. */
export const TIMESTAMP_RULE =
  'must be a time in RFC 3339 in the years 1 to 9999, such as "2025-01-31T12:00:00Z"';

/** Upper-case letters only: proto3 JSON accepts no others. */
const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

export interface Instant {
  /** Milliseconds since the epoch. Finer digits are cut off. */
  readonly millis: number;
  /** Whether no digits were cut off. */
  readonly exact: boolean;
}

/**
 * Returns undefined if the text is not an RFC 3339 time, names a day that its month does not have, or is out of range.
 */
export function parseTimestamp(text: string): Instant | undefined {
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = parts;
  if (Number(day) > daysIn(Number(year), Number(month))) return undefined;
  const offset = sign ? Number(`${sign}1`) * (Number(offsetHours) * 60 + Number(offsetMinutes)) : 0;
  const millis =
    utc(Number(year), Number(month), Number(day)) +
    Number(hour) * 3_600_000 +
    (Number(minute) - offset) * 60_000 +
    Number(second) * 1000 +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  // An offset can lead out of the range of a Timestamp.
  if (!isInTimeRange(millis)) return undefined;
  return { millis, exact: !/[1-9]/.test(fraction.slice(3)) };
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Date.UTC reads the years 0 to 99 as 1900 to 1999. The calendar repeats after 400 years. */
function utc(year: number, month: number, day: number): number {
  return Date.UTC(year + 400, month - 1, day) - 400 * 365.2425 * 86_400_000;
}

/**
 * Writes milliseconds since the epoch as RFC 3339 in UTC. A time outside the range of Timestamp becomes the nearest one
 * in it.
 */
export function toRfc3339(millis: number): string {
  return new Date(clampTime(millis)).toISOString();
}
