import type { Execution } from '../execution.ts';
import type { StepEntry } from '../runner/history.ts';

const BAR = 30;

/** When each step ran, in time of the executor's clock, as text: start, duration, place, and a bar for both. */
export function timelineText({ history, createTime, endTime }: Execution): string {
  const total = Math.max(1, (endTime ?? createTime) - createTime);
  const depths = new Map<number, number>();
  const lines = history.map((entry) => {
    const depth = entry.parent === undefined ? 0 : (depths.get(entry.parent) ?? 0) + 1;
    depths.set(entry.id, depth);
    return line(entry, depth, createTime, total);
  });
  return lines.map((text) => `${text}\n`).join('');
}

function line(
  { step, routine, line: at, createTime, updateTime, state }: StepEntry,
  depth: number,
  start: number,
  total: number,
): string {
  const from = Math.floor(((createTime - start) / total) * BAR);
  const width = Math.max(1, Math.round(((updateTime - createTime) / total) * BAR));
  const bar = (' '.repeat(Math.min(from, BAR - 1)) + '█'.repeat(width)).slice(0, BAR).padEnd(BAR);
  const failed = state === 'STATE_FAILED' ? ' ✗' : '';
  const when = `+${seconds(createTime - start)}`.padStart(12);
  return `${when} ${seconds(updateTime - createTime).padStart(11)} |${bar}| ${'  '.repeat(depth)}${routine}:${at} ${step}${failed}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}
