/** Draws the time axis, the lanes and the bars of the timeline as SVG. */
import { type Span, ticksOf } from './time-axis.ts';
import type { Bar, Lane } from './timeline-lanes.ts';
import { AXIS_HEIGHT, LANE_HEIGHT, LEFT, type Scale } from './timeline-layout.ts';

/** The smallest width of a bar, for what takes no time, in pixels. */
const MIN_WIDTH = 4;
/** The distance between labels in pixels: enough for `+23 min 30 s`. */
const TICK_LABEL_WIDTH = 78;
const MAX_TICKS = 7;

export function Axis({
  span,
  origin,
  scale,
  height,
}: {
  span: Span;
  origin: number;
  scale: Scale;
  height: number;
}) {
  const width = scale(span.to) - scale(span.from);
  const ticks = ticksOf(span, origin, Math.max(1, Math.min(MAX_TICKS, Math.floor(width / TICK_LABEL_WIDTH))));
  const [first, second] = ticks;
  const distance = first && second ? scale(second.time) - scale(first.time) : width;
  return (
    <g class="axis">
      {ticks.map(({ time, text }) => (
        <g key={time}>
          <line x1={scale(time)} x2={scale(time)} y1={AXIS_HEIGHT - 4} y2={height} />
          {/* A label that would be cut at the right edge stands left of its line, if the label before it leaves room. */}
          {scale(time) + TICK_LABEL_WIDTH < scale(span.to) ? (
            <text x={scale(time) + 3} y="12">
              {text}
            </text>
          ) : (
            distance >= 2 * TICK_LABEL_WIDTH && (
              <text x={scale(time) - 3} y="12" text-anchor="end">
                {text}
              </text>
            )
          )}
        </g>
      ))}
    </g>
  );
}

export function LaneView({ lane, top, scale, now }: { lane: Lane; top: number; scale: Scale; now: number }) {
  return (
    <g>
      {lane.bars.map((bar) => (
        <BarView
          key={`${bar.from} ${bar.kind}`}
          bar={bar}
          top={top + 3}
          height={LANE_HEIGHT - 7}
          scale={scale}
          now={now}
          label
        />
      ))}
      {lane.marks.map((mark) => (
        <g
          key={`${mark.time} ${mark.title}`}
          class={`event ${mark.kind}`}
          transform={`translate(${scale(mark.time)} ${top + LANE_HEIGHT / 2})`}
        >
          <title>{mark.title}</title>
          {mark.kind === 'refused' ? (
            <path d="M-4-4 4 4M4-4-4 4" />
          ) : mark.kind === 'signal' ? (
            <path d="M0-6 5 0 0 6-5 0z" />
          ) : (
            <circle r="4" />
          )}
        </g>
      ))}
    </g>
  );
}

interface BarViewProps {
  readonly bar: Bar;
  readonly top: number;
  readonly height: number;
  readonly scale: Scale;
  readonly now: number;
  /** Whether the bar is wide enough for its name. */
  readonly label: boolean;
}

export function BarView({ bar, top, height, scale, now, label }: BarViewProps) {
  const x = scale(bar.from);
  const width = Math.max(MIN_WIDTH, scale(bar.to ?? now) - x);
  const text = bar.title.split(/[:,]/)[0] ?? '';
  const drawn = (
    <>
      <title>{bar.title}</title>
      <rect
        class={`bar ${bar.kind}${bar.to === undefined ? ' open' : ''}`}
        x={x}
        y={top}
        width={width}
        height={height}
        rx={height > 6 ? 3 : 0}
      />
      {label && width > text.length * 6.6 + 10 && (
        <text class="bar-label" x={Math.max(x, LEFT) + 5} y={top + height / 2 + 3.6}>
          {text}
        </text>
      )}
    </>
  );
  if (!bar.href) return <g>{drawn}</g>;
  return (
    <a href={bar.href} tabIndex={-1} aria-label={bar.title}>
      {drawn}
    </a>
  );
}
