/** Operations a second and idle resumes of the embedded system, beside the floor: what its rows cost as bare transactions. */
import { floorRate } from '../store/floor.ts';
import { median, printTable, quantile } from '../table.ts';
import { resumeOneByOne } from '../waits/resume-latency.ts';
import { withFile } from './scratch.ts';
import { onDurableSystem, throughput, type Workload } from './workload.ts';

const WORKLOADS: readonly Workload[] = [
  { parents: 50, children: 20 },
  { parents: 1, children: 1_000 },
  { parents: 500, children: 2 },
  { parents: 1_000, children: 0 },
];
const ROUNDS = 5;
const IDLE_RESUMES = 100;

export async function run(): Promise<void> {
  const rows = [];
  for (const workload of WORKLOADS) {
    const { parents, children } = workload;
    const operations = parents * (children + 1);
    const rates = await onDurableSystem(async (system) => {
      await throughput(system, workload, 'warm-up');
      const measured: number[] = [];
      for (let round = 0; round < ROUNDS; round++)
        measured.push(await throughput(system, workload, `run-${round}`));
      return measured;
    });
    // As many rows as all its operations share a commit with each other in the system: the kindest floor there is.
    const floor = await withFile((file) => floorRate(file, operations, 50));
    const rate = median(rates);
    rows.push([`${parents} × ${children}`, Math.round(rate), Math.round(floor), (rate / floor).toFixed(2)]);
  }
  printTable(['parents × children', 'operations/s', 'floor', 'ratio'], rows);
  const latencies = await onDurableSystem((system) => resumeOneByOne(system, IDLE_RESUMES));
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  const [p50, p95] = [quantile(latencies, 0.5), quantile(latencies, 0.95)];
  console.log(
    `idle resume of a parent of 20: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms; memory ${memory} MB`,
  );
}
