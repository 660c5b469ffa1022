import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Inspection, Summary } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { Icon } from '../parts/icons.tsx';
import { count } from '../text/number.ts';
import { duration } from '../text/time.ts';
import { type Span, zoomed } from './time-axis.ts';
import { Axis, BarView, LaneView } from './timeline-drawing.tsx';
import { type Bar, childBars, type Lane, lanesOf, spanOf } from './timeline-lanes.ts';
import { AXIS_HEIGHT, LABEL_WIDTH, LANE_HEIGHT, LEFT, RIGHT } from './timeline-layout.ts';
import { usePointer } from './timeline-pointer.ts';

/** The height of all children together, in pixels. The more children, the less height each has. */
const CHILDREN_HEIGHT = 260;
const MAX_CHILD_HEIGHT = 14;

interface TimelineProps {
  readonly inspection: Inspection;
  readonly children: readonly Summary[];
  /** Whether `children` has only the newest ones. */
  readonly hasMoreChildren: boolean;
}

/** Shows attempts, waits, children, workflow executions and events on one time axis. */
export function Timeline({ inspection, children, hasMoreChildren }: TimelineProps) {
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
        aria-label={summaryOf(lanes, bars, hasMoreChildren)}
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
              {hasMoreChildren && <title>The others are in the tree.</title>}
              {count(bars.length)} {hasMoreChildren ? 'newest' : bars.length === 1 ? 'child' : 'children'}
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

function summaryOf(lanes: readonly Lane[], bars: readonly Bar[], hasMoreChildren: boolean): string {
  const waits = lanes.filter(({ label }) => label.startsWith('wait ')).length;
  const events = lanes.find(({ label }) => label === 'events')?.marks.length ?? 0;
  const children = `${hasMoreChildren ? 'the newest ' : ''}${bars.length} children`;
  return `Timeline with ${waits} waits, ${children} and ${events} events; the tree and the history say the same in words. Plus and minus zoom, arrows move, 0 shows the whole.`;
}
