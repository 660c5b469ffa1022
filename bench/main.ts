/** `npm run bench`: all benchmarks, or those that are named. Figures are of one run, and ratios within it. */
interface Benchmark {
  run(args: readonly string[]): Promise<unknown>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  embedded: () => import('./embedded/fan-out.ts'),
  growth: () => import('./embedded/growth.ts'),
  waits: () => import('./waits/workflow-cost.ts'),
  latency: () => import('./waits/resume-latency.ts'),
  scale: () => import('./waits/scale.ts'),
  list: () => import('./operations-api/list.ts'),
  'cold-start': () => import('./cold-start/cold-start.ts'),
  store: () => import('./store/sqlite-store.ts'),
  bus: () => import('./bus/bus.ts'),
  executor: () => import('./workflows/executor.ts'),
};

/** Those that need more than the project, and run only where they are named; alone, with options. */
const NAMED_ONLY: Readonly<Record<string, () => Promise<Benchmark>>> = {
  peers: () => import('./peers/peers.ts'),
  guard: () => import('./peers/guard.ts'),
};

const [first = '', ...rest] = process.argv.slice(2);
const alone = NAMED_ONLY[first];
if (alone !== undefined) {
  await runAlone(alone);
} else {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    const all = [...Object.keys(BENCHMARKS), ...Object.keys(NAMED_ONLY)].join(', ');
    console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${all}`);
    process.exit(2);
  }
  for (const [name, load] of Object.entries(BENCHMARKS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(`\n== ${name}`);
    await (await load()).run([]);
  }
}

async function runAlone(load: () => Promise<Benchmark>): Promise<void> {
  try {
    await (await load()).run(rest);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
