/** Repeats only the writes of one workload, as bare transactions, and measures operations per second. */
import { join } from 'node:path';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { sendResult } from '../fresh-process.ts';
import { median } from '../table.ts';
import { RecordedWrites } from './recorded-writes.ts';
import { withFolder } from './scratch.ts';
import { onDurableSystem, throughput } from './workload.ts';

const REPEATS = 5;

const [parents = 0, children = 0] = process.argv.slice(2).map(Number);
const workload = { parents, children };
const recorded = new RecordedWrites();
await onDurableSystem(
  async (system) => {
    for (let run = 0; run < 3; run++) await throughput(system, workload, `warm-up-${run}`);
    recorded.mark();
    await throughput(system, workload, 'run');
  },
  (file) => recorded.record(openDatabase(file)),
);
const rates: number[] = [];
for (let repeat = 0; repeat < REPEATS; repeat++) {
  const seconds = await withFolder((folder) => recorded.repeat(join(folder, 'floor.db')));
  rates.push((parents * (children + 1)) / seconds);
}
sendResult(median(rates));
