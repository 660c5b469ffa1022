/** Measures the cost of an event while a database grows to 100,000 operations. */
import { printTable } from '../table.ts';
import { onDurableSystem, throughput } from './workload.ts';

const STEPS = 10;
const PARENTS_PER_STEP = 500;
const CHILDREN = 19;

export async function run(): Promise<void> {
  await onDurableSystem(async (system) => {
    const rows = [];
    for (let step = 1; step <= STEPS; step++) {
      const before = process.cpuUsage();
      const rate = await throughput(
        system,
        { parents: PARENTS_PER_STEP, children: CHILDREN },
        `step-${step}`,
      );
      const { user, system: kernel } = process.cpuUsage(before);
      const operations = PARENTS_PER_STEP * (CHILDREN + 1);
      rows.push([operations * step, Math.round(rate), Math.round((user + kernel) / operations)]);
    }
    printTable(['operations in the database', 'operations/s', 'CPU µs an operation'], rows);
  });
}
