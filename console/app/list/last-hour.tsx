import { useMemo } from 'preact/hooks';
import type { Minute } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { Plot } from '../parts/plot.tsx';
import { count } from '../text/number.ts';
import { duration } from '../text/time.ts';

const MINUTES = 60;
const MINUTE_MS = 60_000;
/** Round numbers of milliseconds, seconds, minutes and hours. */
const DURATION_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 6, 12, 24, 48, 168].map((hours) => hours * 3_600_000),
];

/** Shows throughput and latency of each minute of the last hour. */
export function LastHour({ minutes = [] }: { minutes: readonly Minute[] | undefined }) {
  const { now } = useConsole();
  const last = Math.floor(now.value / MINUTE_MS);
  const { times, throughput, latency, total, slowest } = useMemo(
    () => series(minutes, last),
    [minutes, last],
  );
  return (
    <>
      <Plot
        title="Per minute"
        summary={`${count(total)} operations ended in the last hour`}
        times={times}
        lines={throughput}
        format={wholeNumber}
      />
      <Plot
        title="Time to completion"
        summary={
          slowest === undefined ? 'none ended in the last hour' : `at most ${duration(slowest)} for 95 %`
        }
        times={times}
        lines={latency}
        format={shortDuration}
        steps={DURATION_STEPS}
      />
    </>
  );
}

function series(minutes: readonly Minute[], last: number) {
  const byMinute = new Map(minutes.map((minute) => [Date.parse(minute.time) / MINUTE_MS, minute]));
  const places = Array.from({ length: MINUTES }, (_, index) => last - MINUTES + 1 + index);
  const values = (of: (minute: Minute) => number | undefined, empty: number | null) =>
    places.map((place) => {
      const minute = byMinute.get(place);
      return minute ? (of(minute) ?? null) : empty;
    });
  return {
    times: places.map((place) => place * 60),
    // The areas are stacked: the sum is drawn first, and the failed operations over it, from the axis up.
    throughput: [
      {
        label: 'succeeded',
        color: '--succeeded',
        values: values((m) => m.succeeded + m.failed, 0),
        bars: true,
      },
      { label: 'failed', color: '--failed', values: values((m) => m.failed, 0), bars: true },
      { label: 'created', color: '--running', values: values((m) => m.created, 0) },
    ],
    latency: [
      { label: 'median', color: '--running', values: values((m) => m.medianMs, null) },
      { label: '95 %', color: '--waiting', values: values((m) => m.p95Ms, null) },
    ],
    total: minutes.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0),
    slowest: minutes.reduce<number | undefined>(
      (most, { p95Ms }) => Math.max(most ?? 0, p95Ms ?? 0),
      undefined,
    ),
  };
}

function wholeNumber(value: number): string {
  return Number.isInteger(value) ? (value >= 10_000 ? `${value / 1_000}k` : String(value)) : '';
}

function shortDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trim(ms / 1_000)} s`;
  return ms < 3_600_000 ? `${trim(ms / 60_000)} min` : `${trim(ms / 3_600_000)} h`;
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
