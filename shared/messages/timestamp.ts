/** RFC 3339, with the range of google.protobuf.Timestamp. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

export interface Instant {
  /** Since the epoch; what is finer is cut off. */
  readonly millis: number;
  /** Whether nothing was cut off. */
  readonly exact: boolean;
}

export function parseTimestamp(text: string): Instant | undefined {
  const [, year, month, day, , , , fraction = ''] = RFC_3339.exec(text) ?? [];
  if (!year || !month || !day) return undefined;
  // Date rolls the 30th of February over to March.
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return undefined;
  const millis = Date.parse(text.toUpperCase().replace(/\.\d+/, `.${fraction.slice(0, 3).padEnd(3, '0')}`));
  // An offset can lead out of the years that a Timestamp has.
  if (!isTimestamp(millis)) return undefined;
  return { millis, exact: !/[1-9]/.test(fraction.slice(3)) };
}

/** Whether google.protobuf.Timestamp has this time, in milliseconds since the epoch. */
export function isTimestamp(millis: number): boolean {
  return millis >= FIRST && millis <= LAST;
}
