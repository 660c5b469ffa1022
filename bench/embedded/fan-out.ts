/** Operations a second and idle resumes of the embedded system, beside the floor: what its rows cost as bare transactions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSystem } from '../../local/system.ts';
import { readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { floorRate } from '../store/floor.ts';
import { median, printTable, quantile } from '../table.ts';
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
  const latencies = await onDurableSystem(idleResumes);
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  const [p50, p95] = [quantile(latencies, 0.5), quantile(latencies, 0.95)];
  console.log(
    `idle resume of a parent of 20: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms; memory ${memory} MB`,
  );
}

/** From the last child's event being accepted to the parent's worker having its signal, one parent at a time. */
async function idleResumes(system: LocalSystem): Promise<number[]> {
  const latencies: number[] = [];
  let resumed: () => void = () => {};
  const worker = await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const { operation } = readSignal(message);
    resumed();
    await system.lifecycle.operation(operation).succeed();
  });
  for (let index = 0; index < IDLE_RESUMES; index++) {
    const name = `operations/idle-${index}`;
    const children = Array.from({ length: 20 }, (_, child) => system.lifecycle.operation(`${name}-${child}`));
    await system.lifecycle.operation(name).wait({ children: children.map((child) => child.name) });
    const [last, ...others] = children;
    await Promise.all(others.map((child) => child.succeed()));
    // Everything before the last event has to be through: the system is idle.
    await sleep(30);
    const signal = new Promise<void>((resolve) => {
      resumed = resolve;
    });
    await last?.succeed();
    const start = performance.now();
    await signal;
    latencies.push(performance.now() - start);
  }
  await worker.stop();
  return latencies;
}
