/**
 * `npm run test:fuzz`: inputs at random, for everything that takes input from outside. No input may be answered as a fault of the
 * server, end the process, hold the event loop for more than 100 ms, or take memory without bound. Prints its seed, and for
 * each finding the smallest input and the arguments that feed it again. Says how many routes the inputs reached. Exits 1 where there is a
 * finding, or where no input reached a route.
 *
 *   --seed N      (default: other ones each time)
 *   --minutes N   for all targets together (default 5)
 *   --only NAME   one target
 *   --path P      feeds one input of the seed again
 *   --table       prints what came of the inputs, by route
 */
import { parseArgs } from 'node:util';
import { campaign, type Finding } from './campaign.ts';
import { Coverage } from './coverage.ts';
import { TARGETS } from './targets/all.ts';

/** A world of its own for each: what earlier inputs ended and deleted does not refuse all later ones. */
const INPUTS_OF_A_WORLD = 1_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    only: { type: 'string' },
    path: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const targets = TARGETS.filter(({ name }) => values.only === undefined || values.only === name);
const ms = (Number(values.minutes) * 60_000) / targets.length;
const findings: Finding[] = [];
const missed: string[] = [];
console.log(`seed ${seed}`);

for (const target of targets) {
  const start = performance.now();
  let inputs = 0;
  const results = new Map<string, number>();
  const coverage = new Coverage();
  for (let part = 0; performance.now() - start < ms; part++) {
    const left = ms - (performance.now() - start);
    const limits = { seed: seed + part, inputs: INPUTS_OF_A_WORLD, ms: left, measures: true };
    const outcome = await campaign(
      target,
      values.path === undefined ? limits : { ...limits, path: values.path },
    );
    inputs += outcome.inputs;
    coverage.add(outcome.routes, outcome.results);
    for (const [result, count] of outcome.results) results.set(result, (results.get(result) ?? 0) + count);
    if (outcome.finding) findings.push(outcome.finding);
    if (outcome.finding || values.path !== undefined) break;
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(0);
  const reached = coverage.summary();
  console.log(`${target.name}: ${inputs} inputs, ${seconds} s${reached && `; ${reached}`}`);
  missed.push(...coverage.missed().map((route) => `${target.name}: no input reached ${route}`));
  if (!values.table) continue;
  for (const [result, count] of [...results].sort()) console.log(`  ${String(count).padStart(6)}  ${result}`);
}

for (const { target, input, problem, replay } of findings) {
  console.error(`\n${target} ${problem}\n${input}\n  npm run test:fuzz -- ${replay}`);
}
for (const line of missed) console.error(line);
process.exit(findings.length + missed.length > 0 ? 1 : 0);
