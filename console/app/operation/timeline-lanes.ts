/** Computes the bars and marks of the timeline, on lanes of one time axis. Times are milliseconds since the epoch. */

import type { HistoryLine, Inspection, Summary, Wait } from '../api/operation.ts';
import { idOf } from '../api/operation.ts';
import { clock, duration } from '../text/time.ts';
import { abandonedText } from './abandoned.ts';

export interface Bar {
  readonly from: number;
  /** Absent if it has not ended. */
  readonly to?: number;
  /** A class name of the style sheet. */
  readonly kind: string;
  readonly title: string;
  readonly href?: string;
}

export interface Mark {
  readonly time: number;
  readonly kind: 'event' | 'signal' | 'refused' | 'end';
  readonly title: string;
}

export interface Lane {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

export function lanesOf(inspection: Inspection): readonly Lane[] {
  return [
    { label: 'state', bars: stateBars(inspection), marks: [] },
    ...attemptLanes(inspection),
    ...inspection.waits.map(waitLane),
    ...executionLanes(inspection.waits),
    { label: 'events', bars: [], marks: inspection.history.map(markOf) },
  ];
}

/** The children, one bar on one lane each, in the order of their start. */
export function childBars(children: readonly Summary[]): readonly Bar[] {
  return children
    .map(({ name, state, createTime, completeTime }): Bar => {
      const from = Date.parse(createTime);
      const to = completeTime === undefined ? undefined : Math.max(from, Date.parse(completeTime));
      const took = to === undefined ? '' : `, ${duration(to - from)}`;
      return {
        ...{ from, to },
        kind: state.toLowerCase(),
        title: `${idOf(name)}: ${state.toLowerCase()}${took}`,
        href: `/operations/${encodeURIComponent(idOf(name))}`,
      };
    })
    .sort((one, other) => one.from - other.from || (one.to ?? Infinity) - (other.to ?? Infinity));
}

/** From creation to the end, or to now. */
export function spanOf(
  inspection: Inspection,
  children: readonly Bar[],
  now: number,
): { from: number; to: number } {
  const { createTime, completeTime, history } = inspection;
  const times = [createTime, ...history.map(({ occurTime }) => occurTime)].map((time) => Date.parse(time));
  const starts = [...times, ...children.map(({ from }) => from)];
  const ends = completeTime
    ? [Date.parse(completeTime), ...history.map(({ recordTime }) => Date.parse(recordTime))]
    : [now, ...times];
  const from = starts.reduce((least, time) => Math.min(least, time));
  return {
    from,
    to: Math.max(
      from + 10,
      ends.reduce((most, time) => Math.max(most, time)),
    ),
  };
}

/** RUNNING, except for the times in which it waited. */
function stateBars({ createTime, completeTime, state, waits }: Inspection): readonly Bar[] {
  const bars: Bar[] = [];
  const end = completeTime === undefined ? undefined : Date.parse(completeTime);
  let from = Date.parse(createTime);
  for (const wait of waits) {
    const start = Date.parse(wait.startTime);
    const ended = wait.endTime === undefined ? end : Date.parse(wait.endTime);
    // The event that ends the operation is applied some time after it happened. The wait ends when it is applied.
    const to = ended === undefined || end === undefined ? ended : Math.min(ended, end);
    if (start > from)
      bars.push({ from, to: start, kind: 'running', title: `running, ${duration(start - from)}` });
    bars.push({
      ...{ from: Math.max(from, start), to },
      kind: 'waiting',
      title: `waiting${to === undefined ? '' : `, ${duration(to - start)}`}`,
    });
    if (to === undefined) return bars;
    from = Math.max(from, to);
  }
  if (end === undefined || end > from) {
    bars.push({
      from,
      to: end,
      kind: 'running',
      title: `running${end === undefined ? '' : `, ${duration(end - from)}`}`,
    });
  }
  if (end !== undefined)
    bars.push({ from: end, to: end, kind: state.toLowerCase(), title: state.toLowerCase() });
  return bars;
}

function waitLane(wait: Wait, index: number): Lane {
  const { startTime, sleepUntil, endTime, policy, cause, open, resumedBy, abandoned } = wait;
  const from = Date.parse(startTime);
  const to = endTime === undefined ? undefined : Date.parse(endTime);
  const awake = sleepUntil === undefined ? undefined : Math.min(Date.parse(sleepUntil), to ?? Infinity);
  const how = open ? 'open' : abandoned ? abandonedText(abandoned) : `ended by ${cause ?? '?'}`;
  const title = `wait ${index + 1}: ${policy}, ${how}`;
  const bars: Bar[] = [{ from, to, kind: 'wait', title }];
  if (awake !== undefined && awake > from)
    bars.push({ from, to: awake, kind: 'sleep', title: `${title}, asleep` });
  const marks: Mark[] =
    to !== undefined && cause
      ? [{ time: to, kind: 'signal', title: `RESUME by ${resumedBy ?? '?'}, cause ${cause}` }]
      : [];
  return { label: `wait ${index + 1}`, bars, marks };
}

function executionLanes(waits: readonly Wait[]): readonly Lane[] {
  const bars = waits.flatMap((wait): Bar[] => {
    if (!wait.execution) return [];
    const to = wait.endTime === undefined ? undefined : Date.parse(wait.endTime);
    const id = wait.execution.split('/').at(-1);
    return [{ from: Date.parse(wait.startTime), to, kind: 'workflow', title: `workflow execution ${id}` }];
  });
  return bars.length === 0 ? [] : [{ label: 'workflow', bars, marks: [] }];
}

/** From the first event of an attempt to the first event of the next attempt. */
function attemptLanes({ history, completeTime }: Inspection): readonly Lane[] {
  const attempts = new Map<string, { from: number; worker?: string; ended?: string }>();
  for (const { attempt, worker, occurTime, type, reason } of history.toReversed()) {
    if (!attempt) continue;
    const known = attempts.get(String(attempt));
    attempts.set(String(attempt), {
      from: Math.min(known?.from ?? Infinity, Date.parse(occurTime)),
      worker: worker ?? known?.worker,
      ended:
        type === 'attemptFailed' ? 'failed' : reason === 'LEASE_LOST' ? 'its lease ran out' : known?.ended,
    });
  }
  const all = [...attempts].sort(([, one], [, other]) => one.from - other.from);
  const end = completeTime === undefined ? undefined : Date.parse(completeTime);
  const bars = all.map(([number, { from, worker, ended }], index): Bar => {
    const how = [worker, ended].filter(Boolean).join(', ');
    return {
      ...{ from, to: all[index + 1]?.[1].from ?? end },
      kind: ended === undefined ? 'attempt' : 'failed',
      title: `attempt ${number}${how && `: ${how}`}`,
    };
  });
  return bars.length === 0 ? [] : [{ label: 'attempts', bars, marks: [] }];
}

const ENDS = ['succeeded', 'failed', 'cancelled'];

function markOf({ type, outcome, reason, occurTime, recordTime }: HistoryLine): Mark {
  const refused = outcome !== 'APPLIED';
  const kind = refused ? 'refused' : ENDS.includes(type) ? 'end' : type === 'resumed' ? 'signal' : 'event';
  const why = refused ? ` (${outcome.toLowerCase()}${reason ? `: ${reason}` : ''})` : '';
  const applied = `applied ${clock(recordTime, Date.now())}`;
  return {
    time: Date.parse(occurTime),
    kind,
    title: `${type}${why} at ${clock(occurTime, Date.now())}, ${applied}`,
  };
}
