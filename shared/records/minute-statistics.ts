import type { OperationState } from '../lifecycle/operation.ts';
import type { MinuteStatistics } from '../orchestrator/ports/overview.ts';

/** Times are milliseconds since the epoch. */
export interface OperationSpan {
  readonly createTime: number;
  readonly completeTime?: number;
  readonly state: OperationState;
}

const MINUTE_MS = 60_000;

interface Minute {
  created: number;
  succeeded: number;
  failed: number;
  readonly durationsMs: number[];
}

/** Returns the statistics of each minute, in the order of time. */
export function minuteStatistics(spans: readonly OperationSpan[]): readonly MinuteStatistics[] {
  const minutes = new Map<number, Minute>();
  const minuteOf = (time: number): Minute => {
    const start = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const known = minutes.get(start);
    if (known) return known;
    const added: Minute = { created: 0, succeeded: 0, failed: 0, durationsMs: [] };
    minutes.set(start, added);
    return added;
  };
  for (const { createTime, completeTime, state } of spans) {
    minuteOf(createTime).created++;
    if (completeTime === undefined) continue;
    const minute = minuteOf(completeTime);
    minute[state === 'SUCCEEDED' ? 'succeeded' : 'failed']++;
    minute.durationsMs.push(Math.max(0, completeTime - createTime));
  }
  return [...minutes]
    .sort(([one], [other]) => one - other)
    .map(([time, { created, succeeded, failed, durationsMs }]) => {
      const sorted = durationsMs.sort((one, other) => one - other);
      return {
        time,
        created,
        succeeded,
        failed,
        medianMs: quantile(sorted, 0.5),
        p95Ms: quantile(sorted, 0.95),
      };
    });
}

/** The percentile by nearest rank, or undefined if there is no number. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
