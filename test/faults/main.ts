/**
 * `npm run test:faults`: each fault at each call of every scenario, then faults at random, then planted mistakes. Prints the
 * fault table, and exits 1 where a rule did not hold or a mistake was not found.
 *
 *   --stride N    tries every Nth call only
 *   --random N    worlds with faults at random, for each scenario (default 20)
 *   --seed N      of the first of them (default 1)
 *   --only TEXT   scenarios whose name has it
 *   --real        signals to real processes instead: a worker is killed, and stopped for two leases, on the embedded system
 *                 and on Google's emulators
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atRandom, enumerate, type Finding } from './explore.ts';
import { FAULT_KINDS } from './faults.ts';
import { MUTATIONS } from './mutations.ts';
import { SCENARIOS } from './scenarios/all.ts';

const { values } = parseArgs({
  options: {
    stride: { type: 'string', default: '1' },
    random: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    real: { type: 'boolean', default: false },
  },
});
if (values.real) process.exit(takeOvers());
const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only));
const findings: Finding[] = [];

await part('each fault at each call', async () => {
  let points = 0;
  let runs = 0;
  for (const scenario of scenarios) {
    const start = performance.now();
    const explored = await enumerate(scenario, { stride: Number(values.stride) });
    points += explored.points;
    runs += explored.runs;
    findings.push(...explored.findings);
    row(scenario.name, explored.points, explored.runs, explored.findings.length, start);
  }
  return `${scenarios.length} scenarios, ${points} calls, ${FAULT_KINDS.length} kinds of faults, ${runs} runs`;
});

await part('two processes, a chaotic bus, faults at random', async () => {
  const first = Number(values.seed);
  const last = first + Number(values.random);
  for (const scenario of scenarios) {
    const start = performance.now();
    let found = 0;
    for (let seed = first; seed < last; seed++) {
      const finding = await atRandom(scenario, { seed, probability: seed % 2 === 0 ? 0.01 : 0.03 });
      if (finding) {
        found++;
        findings.push(finding);
      }
    }
    row(scenario.name, '', last - first, found, start);
  }
  return `${scenarios.length * Number(values.random)} worlds`;
});

const missed: string[] = [];
await part('planted mistakes', async () => {
  for (const mutation of MUTATIONS) {
    const scenario = SCENARIOS.find(({ name }) => name === mutation.foundIn);
    const [found] = scenario ? (await enumerate(scenario, { mutation, untilFound: true })).findings : [];
    if (!found) missed.push(mutation.name);
    console.log(
      `  ${mutation.name}\n    ${found ? `found by: ${found.rule} (fault: ${found.fault})` : 'NOT FOUND'}`,
    );
  }
  return `${MUTATIONS.length - missed.length} of ${MUTATIONS.length} found`;
});

for (const { scenario, fault, message } of findings) console.error(`\n${scenario}\n${fault}\n${message}`);
if (findings.length > 0 || missed.length > 0) process.exitCode = 1;

/** The exit code. */
function takeOvers(): number {
  const script = fileURLToPath(new URL('./real/takeover.ts', import.meta.url));
  const runs = [[], ['--emulators']].map((args) =>
    spawnSync(process.execPath, ['--import', 'tsx', script, ...args], { stdio: 'inherit' }),
  );
  return runs.every(({ status }) => status === 0) ? 0 : 1;
}

async function part(title: string, run: () => Promise<string>): Promise<void> {
  console.log(`\n${title}`);
  const start = performance.now();
  const summary = await run();
  console.log(`${title}: ${summary}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

function row(name: string, points: number | '', runs: number, found: number, start: number): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const cells = [
    String(points).padStart(5),
    String(runs).padStart(6),
    String(found).padStart(5),
    seconds.padStart(7),
  ];
  console.log(`${cells.join(' ')} s  ${name}`);
}
