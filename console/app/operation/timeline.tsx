import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Inspection, Summary } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { Icon } from '../parts/icons.tsx';
import { count } from '../text/number.ts';
import { duration } from '../text/time.ts';
import { type Span, ticksOf, zoomed } from './time-axis.ts';
import { type Bar, childBars, type Lane, lanesOf, spanOf } from './timeline-lanes.ts';

const LABEL_WIDTH = 84;
const LANE_HEIGHT = 22;
const AXIS_HEIGHT = 22;
/** The height of all children together, in pixels. The more children, the less height each has. */
const CHILDREN_HEIGHT = 260;
const MAX_CHILD_HEIGHT = 14;
const RIGHT = 12;
const LEFT = LABEL_WIDTH + 8;
/** The smallest width of a bar, for what takes no time, in pixels. */
const MIN_WIDTH = 4;

/** Shows attempts, waits, children, workflow executions and events on one time axis. */
export function Timeline({ inspection, children }: { inspection: Inspection; children: readonly Summary[] }) {
  const { now } = useConsole();
  const place = useRef<HTMLDivElement>(null);
  const width = useSignal(900);
  const zoom = useSignal<Span | undefined>(undefined);
  const lanes = useMemo(() => lanesOf(inspection), [inspection]);
  const bars = useMemo(() => childBars(children), [children]);
  // The timeline of a finished operation does not grow with the clock.
  const whole = spanOf(inspection, bars, inspection.completeTime ? 0 : now.value);
  const span = zoom.value ?? whole;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const resized = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, [width]);

  const change = (factor: number, center = 0.5, shift = 0) => {
    zoom.value = zoomed(span, whole, factor, center, shift);
  };
  usePointer(place, (factor, center, shift) => change(factor, center, shift));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') change(0.5);
    else if (event.key === '-') change(2);
    else if (event.key === '0') zoom.value = undefined;
    else if (event.key === 'ArrowLeft') change(1, 0.5, -0.2);
    else if (event.key === 'ArrowRight') change(1, 0.5, 0.2);
    else return;
    event.preventDefault();
  };

  const childHeight = Math.min(MAX_CHILD_HEIGHT, CHILDREN_HEIGHT / Math.max(1, bars.length));
  const childrenTop = AXIS_HEIGHT + lanes.length * LANE_HEIGHT + (bars.length > 0 ? 6 : 0);
  const height = childrenTop + childHeight * bars.length + 6;
  const scale = (time: number) =>
    LEFT + ((time - span.from) / (span.to - span.from)) * Math.max(1, width.value - LEFT - RIGHT);

  return (
    <section class="timeline" aria-labelledby="timeline">
      <div class="section-head">
        <h2 id="timeline">Timeline</h2>
        <span class="soft">{duration(span.to - span.from)}</span>
        <span class="spring" />
        <button
          type="button"
          class="icon-button"
          aria-label="Zoom in"
          title="Zoom in ( + )"
          onClick={() => change(0.5)}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Zoom out"
          title="Zoom out ( − )"
          onClick={() => change(2)}
        >
          <Icon name="minus" />
        </button>
        <button
          type="button"
          class="quiet"
          disabled={!zoom.value}
          onClick={() => {
            zoom.value = undefined;
          }}
        >
          Whole
        </button>
      </div>
      <div
        ref={place}
        class="timeline-canvas"
        role="group"
        aria-label={summaryOf(lanes, bars)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <svg width={width.value} height={height} role="presentation">
          <clipPath id="timeline-clip">
            <rect x={LABEL_WIDTH} y="0" width={Math.max(0, width.value - LABEL_WIDTH)} height={height} />
          </clipPath>
          <Axis span={span} origin={whole.from} scale={scale} height={height} />
          {lanes.map((lane, index) => (
            <text key={lane.label} class="lane-label" x="0" y={AXIS_HEIGHT + index * LANE_HEIGHT + 15}>
              {lane.label}
            </text>
          ))}
          {bars.length > 0 && (
            <text class="lane-label" x="0" y={childrenTop + 11}>
              {count(bars.length)} {bars.length === 1 ? 'child' : 'children'}
            </text>
          )}
          <g clip-path="url(#timeline-clip)">
            {lanes.map((lane, index) => (
              <LaneView
                key={lane.label}
                lane={lane}
                top={AXIS_HEIGHT + index * LANE_HEIGHT}
                scale={scale}
                now={whole.to}
              />
            ))}
            {bars.map((bar, index) => (
              <BarView
                key={bar.title}
                bar={bar}
                top={childrenTop + index * childHeight}
                height={Math.max(1, childHeight - (childHeight > 3 ? 2 : 0))}
                scale={scale}
                now={whole.to}
                label={childHeight >= 12}
              />
            ))}
            {!inspection.completeTime && (
              <line class="now" x1={scale(whole.to)} x2={scale(whole.to)} y1={AXIS_HEIGHT} y2={height} />
            )}
          </g>
        </svg>
      </div>
    </section>
  );
}

type Scale = (time: number) => number;

/** The distance between labels in pixels: enough for `+23 min 30 s`. */
const TICK_LABEL_WIDTH = 78;

function Axis({ span, origin, scale, height }: { span: Span; origin: number; scale: Scale; height: number }) {
  return (
    <g class="axis">
      {ticksOf(span, origin).map(({ time, text }) => (
        <g key={time}>
          <line x1={scale(time)} x2={scale(time)} y1={AXIS_HEIGHT - 4} y2={height} />
          {/* A label that would be cut at the right edge stands left of its line. */}
          {scale(time) + TICK_LABEL_WIDTH < scale(span.to) ? (
            <text x={scale(time) + 3} y="12">
              {text}
            </text>
          ) : (
            <text x={scale(time) - 3} y="12" text-anchor="end">
              {text}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

function LaneView({ lane, top, scale, now }: { lane: Lane; top: number; scale: Scale; now: number }) {
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

function BarView({ bar, top, height, scale, now, label }: BarViewProps) {
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

/** Zooms by the mouse wheel with Ctrl or Shift, and moves by dragging. */
function usePointer(
  place: { readonly current: HTMLDivElement | null },
  onChange: (factor: number, center: number, shift: number) => void,
): void {
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const plotWidth = () => Math.max(1, element.clientWidth - LEFT - RIGHT);
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const center = (event.clientX - element.getBoundingClientRect().left - LEFT) / plotWidth();
      const delta = event.deltaY || event.deltaX;
      change.current(
        Math.exp(Math.max(-0.5, Math.min(0.5, delta / 300))),
        Math.min(1, Math.max(0, center)),
        0,
      );
    };
    let last: number | undefined;
    const onDown = (event: PointerEvent) => {
      if (event.button === 0) last = event.clientX;
    };
    const onMove = (event: PointerEvent) => {
      if (last === undefined || event.buttons === 0) return;
      change.current(1, 0.5, (last - event.clientX) / plotWidth());
      last = event.clientX;
    };
    const onUp = () => {
      last = undefined;
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
    };
  }, [place]);
}

function summaryOf(lanes: readonly Lane[], bars: readonly Bar[]): string {
  const waits = lanes.filter(({ label }) => label.startsWith('wait ')).length;
  const events = lanes.find(({ label }) => label === 'events')?.marks.length ?? 0;
  return `Timeline with ${waits} waits, ${bars.length} children and ${events} events; the tree and the history say the same in words. Plus and minus zoom, arrows move, 0 shows the whole.`;
}
