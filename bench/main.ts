/** `npm run bench`: all benchmarks, or those that are named. Figures are of one run, and ratios within it. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ run(): Promise<unknown> }>>> = {
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

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}`,
  );
  process.exit(2);
}
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.log(`\n== ${name}`);
  await (await load()).run();
}
