/** Runs one workload on one engine in a new process. The server of the engine already runs. */
import { sendResult } from '../fresh-process.ts';
import type { StartEngine } from './engine.ts';
import { Recorder } from './recorder.ts';
import { foreignShare, ownMemoryMb, processorTime, treeMemoryMb } from './usage.ts';
import { IDLE, WORKLOADS, WorkloadRunner } from './workload.ts';

export interface PeerFigures {
  readonly versions: Readonly<Record<string, string>>;
  /** Operations per second of each run. */
  readonly rates: readonly number[];
  /** The resumes of the idle engine, in milliseconds. */
  readonly resumes: readonly number[];
  /** The largest memory of this process until the end of the first run, and the memory of the server at that time. */
  readonly memoryMb: number;
  /** The share of the machine that other processes used. */
  readonly foreignShare: number;
}

/** Imported on use, so that a process loads only the library of its engine. */
const ENGINES: Readonly<Record<string, () => Promise<{ readonly startEngine: StartEngine }>>> = {
  ours: () => import('./engines/ours.ts'),
  served: () => import('./engines/served.ts'),
  'served-apart': () => import('./engines/served-apart.ts'),
  bullmq: () => import('./engines/bullmq.ts'),
  restate: () => import('./engines/restate.ts'),
  pgboss: () => import('./engines/pg-boss.ts'),
};

/** The number of runs of a workload, and the time after which no further run begins. */
const RUNS = 10;
const BUDGET_MS = 12_000;
const SAMPLE_MS = 25;

const [engineName = '', workloadName = '', connection = '', serverPid = ''] = process.argv.slice(2);
const pid = serverPid === '' ? undefined : Number(serverPid);
const load = ENGINES[engineName];
if (load === undefined) throw new Error(`There is no engine ${engineName}.`);
const { startEngine } = await load();
const recorder = new Recorder();
const engine = await startEngine(recorder, connection);
const runner = new WorkloadRunner(engine, recorder);
await runner.warmUp();

let highestMb = 0;
const sample = () => {
  highestMb = Math.max(highestMb, ownMemoryMb());
};
const sampler = setInterval(sample, SAMPLE_MS);
const before = await processorTime(pid);
const { rates, resumes, memoryMb } = await measure();
const after = await processorTime(pid);
const figures: PeerFigures = {
  ...{ versions: engine.versions, rates, resumes, memoryMb },
  foreignShare: foreignShare(before, after),
};
await engine.close();
sendResult(figures);
// Some clients leave a timer running.
setTimeout(() => process.exit(0), 1_000).unref();

async function measure(): Promise<Pick<PeerFigures, 'rates' | 'resumes' | 'memoryMb'>> {
  const workload = WORKLOADS.find(({ name }) => name === workloadName);
  const resumes = workload === undefined ? await runner.idleResumes(IDLE) : [];
  const rates = workload === undefined ? [] : [await runner.run(workload)];
  sample();
  clearInterval(sampler);
  const memoryMb = highestMb + (pid === undefined ? 0 : treeMemoryMb(pid));
  for (
    const end = performance.now() + BUDGET_MS;
    workload && rates.length < RUNS && performance.now() < end;
  ) {
    rates.push(await runner.run(workload));
  }
  return { rates, resumes, memoryMb };
}
