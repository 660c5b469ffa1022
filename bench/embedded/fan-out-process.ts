/** Runs one workload in this process: once with cold code, and then several times warm. */
import { sendResult } from '../fresh-process.ts';
import { onDurableSystem, throughput } from './workload.ts';

export interface FanOutFigures {
  /** Operations a second. */
  readonly rate: number;
  /** The memory of the process in megabytes at the end: system, worker and benchmark. */
  readonly memory: number;
}

const RUNS = 16;

const [parents = 0, children = 0] = process.argv.slice(2).map(Number);
const figures = await onDurableSystem(async (system) => {
  const measured: FanOutFigures[] = [];
  for (let run = 0; run < RUNS; run++) {
    const rate = await throughput(system, { parents, children }, `run-${run}`);
    measured.push({ rate, memory: Math.round(process.memoryUsage.rss() / 1e6) });
  }
  return measured;
});
sendResult(figures);
