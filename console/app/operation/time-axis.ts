import { duration } from '../text/time.ts';

/** Milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MIN_SPAN_MS = 5;
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * 86_400_000),
];

/** Returns at most `most` round times since the origin. */
export function ticksOf(
  { from, to }: Span,
  origin: number,
  most: number,
): readonly { readonly time: number; readonly text: string }[] {
  const step = STEPS_MS.find((size) => (to - from) / size <= most) ?? 365 * 86_400_000;
  const first = Math.ceil((from - origin) / step);
  const ticks: { time: number; text: string }[] = [];
  for (let number = first; origin + number * step <= to && ticks.length < 50; number++) {
    ticks.push({
      time: origin + number * step,
      text: number === 0 ? '0' : `${number < 0 ? '−' : '+'}${duration(Math.abs(number * step))}`,
    });
  }
  return ticks;
}

/**
 * Returns the visible part after a zoom around `center` (0 to 1) and a shift, both as fractions of the visible part. Returns
 * undefined for the whole time range, which grows with the clock.
 */
export function zoomed(
  span: Span,
  whole: Span,
  factor: number,
  center: number,
  shift: number,
): Span | undefined {
  const size = Math.max(MIN_SPAN_MS, (span.to - span.from) * factor);
  if (size >= whole.to - whole.from) return undefined;
  const middle = span.from + (span.to - span.from) * center;
  const from = middle - size * center + (span.to - span.from) * shift;
  const bounded = Math.min(Math.max(from, whole.from), whole.to - size);
  return { from: bounded, to: bounded + size };
}
