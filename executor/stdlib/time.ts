import { valueError } from '../errors/raised.ts';
import { numberArgument, optionalText, textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The module `time`. */
export const timeFunctions: readonly LibraryFunction[] = [
  pure('time.format', ['seconds', 'timezone?'], ([seconds, timezone]) => {
    return formatTime(
      Number(numberArgument('seconds', seconds)),
      optionalText('timezone', timezone) || 'UTC',
    );
  }),
  pure('time.parse', ['value'], ([value]) => parseTime(textArgument('value', value))),
];

/**
 * ISO 8601 with six decimals: `2024-07-12T14:50:33.000000+02:00`, and `Z` for an offset of zero
 * ("Function: time.format").
 *
 * @param seconds since 1970
 * @throws ValueError for an unknown time zone, or a time outside of what a date can hold
 */
export function formatTime(seconds: number, timezone: string): string {
  const micros = Math.round(seconds * 1e6);
  const ms = Math.floor(micros / 1000);
  const offset = offsetMinutes(ms, timezone);
  const local = new Date(ms + offset * 60_000);
  if (Number.isNaN(local.getTime())) throw valueError(`time ${seconds} is out of range`);
  const text = local.toISOString().slice(0, -1) + String(micros - ms * 1000).padStart(3, '0');
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset);
  const clock = [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return `${text}${offset < 0 ? '-' : '+'}${clock}`;
}

/** Minutes that the zone is ahead of UTC at that time. */
function offsetMinutes(ms: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const amount = Number(hours) * 60 + Number(minutes);
    return sign === '-' ? -amount : amount;
  } catch {
    throw valueError(`unknown time zone '${timezone}', or a time out of range`);
  }
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Seconds since 1970 of an RFC 3339 time, as a double. @throws ValueError for other text */
export function parseTime(text: string): number {
  const [, date = '', time = '', fraction = '0', zone = ''] = RFC_3339.exec(text) ?? [];
  const local = `${date}T${time}`;
  const ms = Date.parse(local + zone.toUpperCase());
  if (Number.isNaN(ms) || !isOnCalendar(local)) {
    throw valueError(`'${text}' is not a time such as 2024-01-10T16:15:54.615087Z`);
  }
  return ms / 1000 + Number(`0.${fraction}`);
}

/** Date.parse takes February 30 for March 1, and 24:00 for the next day. */
function isOnCalendar(local: string): boolean {
  return new Date(`${local}Z`).toISOString().startsWith(local);
}
