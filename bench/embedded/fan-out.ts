/**
 * Measures operations per second and idle resumes of the embedded system. Each workload runs in a separate process and is
 * compared with its floor: the same writes as bare transactions of the same library.
 */
import { inFreshProcess } from '../fresh-process.ts';
import { median, printTable, quantile } from '../table.ts';
import type { FanOutFigures } from './fan-out-process.ts';
import type { Workload } from './workload.ts';

const WORKLOADS: readonly Workload[] = [
  { parents: 50, children: 20 },
  { parents: 1, children: 1_000 },
  { parents: 500, children: 2 },
  { parents: 1_000, children: 0 },
];
/** The number of runs until V8 has optimized the code. */
const WARM_UP = 5;

export async function run(): Promise<void> {
  const rows = [];
  for (const { parents, children } of WORKLOADS) {
    const [cold, ...others] = await figuresOf(parents, children);
    const floor = await inFreshProcess<number>(
      new URL('./floor-process.ts', import.meta.url),
      parents,
      children,
    );
    const rate = median(others.slice(WARM_UP).map((run) => run.rate));
    rows.push([
      `${parents} × ${children}`,
      ...[rate, cold?.rate ?? 0, floor].map(Math.round),
      (rate / floor).toFixed(2),
      `${cold?.memory} MB`,
    ]);
  }
  printTable(['parents × children', 'operations/s', 'first run', 'floor', 'ratio', 'memory after it'], rows);

  const shares = await inFreshProcess<[string, number][]>(new URL('./profile-process.ts', import.meta.url));
  const profile = shares.map(([part, share]) => `${part} ${(share * 100).toFixed(0)} %`);
  console.log(`the time of 50 × 20: ${profile.join(', ')}`);

  const latencies = await inFreshProcess<number[]>(new URL('./idle-process.ts', import.meta.url));
  const [p50, p95] = [quantile(latencies, 0.5), quantile(latencies, 0.95)];
  console.log(`idle resume of a parent of 20: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`);
}

/** The figures of each run. */
function figuresOf(parents: number, children: number): Promise<readonly FanOutFigures[]> {
  return inFreshProcess(new URL('./fan-out-process.ts', import.meta.url), parents, children);
}
