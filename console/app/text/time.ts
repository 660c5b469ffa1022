/** Formats times and durations for people. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** At most two units: `3 h 12 min`, `4 s`, `250 ms`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const at = UNITS.findIndex(([, unit]) => ms >= unit);
  const [name, unit] = UNITS[at] ?? ['s', 1_000];
  const whole = Math.floor(ms / unit);
  const [nextName, nextUnit] = UNITS[at + 1] ?? ['', 0];
  const rest = nextUnit > 0 ? Math.floor((ms - whole * unit) / nextUnit) : 0;
  return rest > 0 && whole < 10 ? `${whole} ${name} ${rest} ${nextName}` : `${whole} ${name}`;
}

/** One unit without decimals: it fits a narrow column and does not change ten times a second. */
export function roughDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const [name, unit] = UNITS.find(([, size]) => ms >= size) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / unit))} ${name}`;
}

export function ago(time: string, now: number): string {
  const ms = now - Date.parse(time);
  return ms < 1_000 ? 'now' : `${roughDuration(ms)} ago`;
}

/** `in 4 min`, or `4 min ago` for a past time. */
export function inTime(time: string, now: number): string {
  const ms = Date.parse(time) - now;
  return ms >= 0 ? `in ${roughDuration(ms)}` : `${roughDuration(-ms)} ago`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const DAY = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });

/** With milliseconds, and with the day if it is not today. */
export function clock(time: string, now: number): string {
  const date = new Date(time);
  const text = `${CLOCK.format(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return date.toDateString() === new Date(now).toDateString() ? text : `${DAY.format(date)}, ${text}`;
}
