/** Starts the system on an existing database. Measures the start, new operations, and reads of existing operations. */
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { sendResult } from '../fresh-process.ts';
import { quantile } from '../table.ts';
import { throughput } from './workload.ts';

export interface MillionFigures {
  /** From the start of the system to `ready`: milliseconds of the wall clock, and of the processor. */
  readonly readyMs: number;
  readonly readyProcessorMs: number;
  /** Processor time of one operation, warm, in microseconds. */
  readonly operationUs: number;
  readonly getMs: number;
  readonly listMs: number;
  /**
   * The first call of `:statistics`, which counts all operations. Later calls get the same counts, for 50 times as long as the
   * count took.
   */
  readonly statisticsMs: number;
  readonly memoryMb: number;
}

/** 1,900 children and their 100 parents: a run is short, so that the database hardly grows. */
const WORKLOAD = { parents: 100, children: 19 };
const OPERATIONS = WORKLOAD.parents * (WORKLOAD.children + 1);
const COLD_RUNS = 4;
const WARM_RUNS = 4;
const READS = 200;

const [data = '', names = ''] = process.argv.slice(2);
/** The names of existing operations, spread over the database. */
const known = JSON.parse(names) as readonly string[];

const begun = performance.now();
const begunProcessor = processorUs();
const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error' });
const readyMs = performance.now() - begun;
const readyProcessorMs = (processorUs() - begunProcessor) / 1000;

const run = (index: number) => throughput(system, WORKLOAD, `run-${process.pid}-${index}`);
for (let index = 0; index < COLD_RUNS; index++) await run(index);
const before = processorUs();
for (let index = 0; index < WARM_RUNS; index++) await run(COLD_RUNS + index);
const operationUs = (processorUs() - before) / (WARM_RUNS * OPERATIONS);

const getMs = await medianOf((index) => `v1/${known[index % known.length]}`);
const listMs = await medianOf(() => 'v1/operations?pageSize=50');
const statisticsMs = await medianOf(() => 'v1/operations:statistics', 1);
const memoryMb = Math.round(process.memoryUsage.rss() / 1e6);
await system.stop();
sendResult({
  readyMs,
  readyProcessorMs,
  operationUs,
  getMs,
  listMs,
  statisticsMs,
  memoryMb,
} satisfies MillionFigures);

function processorUs(): number {
  const { user, system: kernel } = process.cpuUsage();
  return user + kernel;
}

async function medianOf(path: (index: number) => string, reads = READS): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < reads; index++) {
    const start = performance.now();
    const response = await fetch(new URL(`/${path(index)}`, system.operationsUrl));
    if (!response.ok) throw new Error(`GET ${path(index)} answered ${response.status}`);
    await response.arrayBuffer();
    times.push(performance.now() - start);
  }
  return quantile(times, 0.5);
}
