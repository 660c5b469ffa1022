/** `npm run bench`: runs all benchmarks, or the named ones. Ratios compare figures of the same run. */
interface Benchmark {
  run(args: readonly string[]): Promise<unknown>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  embedded: () => import('./embedded/fan-out.ts'),
  growth: () => import('./embedded/growth.ts'),
  burst: () => import('./embedded/burst.ts'),
  start: () => import('./embedded/start.ts'),
  waits: () => import('./waits/workflow-cost.ts'),
  latency: () => import('./waits/resume-latency.ts'),
  scale: () => import('./waits/scale.ts'),
  leases: () => import('./leases/leases.ts'),
  list: () => import('./operations-api/list.ts'),
  beside: () => import('./operations-api/beside.ts'),
  'cold-start': () => import('./cold-start/cold-start.ts'),
  store: () => import('./store/sqlite-store.ts'),
  'ways-to-disk': () => import('./store/ways-to-disk.ts'),
  'spanner-events': () => import('./store/spanner-events.ts'),
  bus: () => import('./bus/bus.ts'),
  executor: () => import('./workflows/executor.ts'),
};

/** Benchmarks that need other software, or take long. They run only if they are named, one at a time, and take options. */
const NAMED_ONLY: Readonly<Record<string, () => Promise<Benchmark>>> = {
  peers: () => import('./peers/peers.ts'),
  guard: () => import('./peers/guard.ts'),
  'scale-model': () => import('./scale/tables.ts'),
  processes: () => import('./scale/processes.ts'),
  'open-waits': () => import('./waits/open-waits.ts'),
  bulk: () => import('./operations-api/bulk.ts'),
  million: () => import('./embedded/million.ts'),
  steady: () => import('./steady/steady.ts'),
  telemetry: () => import('./telemetry/telemetry.ts'),
};

const USAGE = `npm run bench -- [NAME…]

Runs the benchmarks that are named, or all: ${Object.keys(BENCHMARKS).join(', ')}.
One at a time, and only by name: ${Object.keys(NAMED_ONLY).join(', ')}.
`;

const [first = '', ...rest] = process.argv.slice(2);
const alone = Object.hasOwn(NAMED_ONLY, first) ? NAMED_ONLY[first] : undefined;
if (alone !== undefined) {
  await runAlone(alone);
} else {
  const named = process.argv.slice(2);
  if (named.includes('--help') || named.includes('-h')) {
    console.log(USAGE);
    process.exit(0);
  }
  const unknown = named.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}.\n\n${USAGE}`);
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
