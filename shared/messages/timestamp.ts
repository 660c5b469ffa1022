/**
 * RFC 3339 in both directions, with the range of google.protobuf.Timestamp: the one reader and the one writer of times
 * in text. https://www.rfc-editor.org/rfc/rfc3339, https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
import { clampTime, isInTimeRange } from '../lifecycle/time-range.ts';

/** The rule in words, for error messages. */
export const TIMESTAMP_RULE =
  'must be a time in RFC 3339 in the years 1 to 9999, such as "2025-01-31T12:00:00Z"';

/** Of the letters only upper-case ones: proto3 JSON takes no others. */
const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

export interface Instant {
  /** Milliseconds since the epoch; finer digits are cut off. */
  readonly millis: number;
  /** Whether nothing was cut off. */
  readonly exact: boolean;
}

/** undefined where the text is no time in RFC 3339, names a day that its month does not have, or is out of range. */
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
  // An offset can lead out of the years that a Timestamp has.
  if (!isInTimeRange(millis)) return undefined;
  return { millis, exact: !/[1-9]/.test(fraction.slice(3)) };
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999: 400 years later the calendar is the same. */
function utc(year: number, month: number, day: number): number {
  return Date.UTC(year + 400, month - 1, day) - 400 * 365.2425 * 86_400_000;
}

/** RFC 3339 in UTC, of milliseconds since the epoch; a time that a Timestamp cannot have becomes the nearest one. */
export function toRfc3339(millis: number): string {
  return new Date(clampTime(millis)).toISOString();
}
