/**
 * `npm run test:faults`: each fault at each call of every scenario, then faults at random, then random event sequences, then
 * planted mistakes. Prints the fault table, and exits 1 where a rule did not hold or a mistake was not found.
 *
 *   --stride N    tries every Nth call only
 *   --random N    worlds with faults at random, for each scenario (default 20)
 *   --sequences N random event sequences (default 1,000)
 *   --seed N      of the first world and sequence (default 1)
 *   --only TEXT   scenarios whose name has it
 *   --nightly     50,000 random event sequences only, other ones each night
 *   --real        real faults instead: a worker is killed, and stopped for two leases, on the embedded system and on Google's
 *                 emulators; the embedded system is killed 100 times, its disk is full, its fsync fails, its clock is
 *                 put a day forward and back;
 *                 functions on the emulators are killed 50 times; Spanner and Pub/Sub are cut, slow and silent, and
 *                 their answers are lost; then the soak, of --minutes (default 60)
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enumerate, type Finding, ofSeed, sequenceOfSeed } from './explore.ts';
import { FAULT_KINDS } from './faults.ts';
import { MUTATIONS } from './mutations.ts';
import { SCENARIOS } from './scenarios/all.ts';

/** The scripts of `--real`, with their arguments. */
const REAL: readonly (readonly [URL, ...string[]])[] = [
  [new URL('./real/takeover.ts', import.meta.url)],
  [new URL('./real/takeover.ts', import.meta.url), '--emulators'],
  [new URL('./real/kills.ts', import.meta.url), '100'],
  [new URL('./real/storage.ts', import.meta.url)],
  [new URL('./real/clock.ts', import.meta.url)],
  [new URL('./real/outages.ts', import.meta.url), '--only', 'SIGKILL', '--faults', '50', '--rate', '0.5'],
  // Slow enough for the emulator of Spanner, which runs one read-write transaction at a time.
  [new URL('./real/outages.ts', import.meta.url), '--rate', '0.4'],
  [new URL('./real/lost-answers.ts', import.meta.url), '--rate', '0.2'],
];
const SOAK = new URL('./real/soak.ts', import.meta.url);

const { values } = parseArgs({
  options: {
    stride: { type: 'string', default: '1' },
    random: { type: 'string', default: '20' },
    sequences: { type: 'string' },
    seed: { type: 'string' },
    nightly: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    real: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
  },
});
if (values.real) process.exit(realFaults());
const NIGHTLY_SEQUENCES = 50_000;
const tonight = Math.floor(Date.now() / 86_400_000) * NIGHTLY_SEQUENCES;
const firstSeed = Number(values.seed ?? (values.nightly ? tonight : 1));
const sequences = Number(values.sequences ?? (values.nightly ? NIGHTLY_SEQUENCES : 1_000));
const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only));
const findings: Finding[] = [];

const missed: string[] = [];

if (!values.nightly) {
  await eachFault();
  await faultsAtRandom();
}
await eventSequences();
if (!values.nightly) await plantedMistakes();

for (const { scenario, fault, message } of findings) console.error(`\n${scenario}\n${fault}\n${message}`);
if (findings.length > 0 || missed.length > 0) process.exitCode = 1;

function eachFault(): Promise<void> {
  return part('each fault at each call', async () => {
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
}

function faultsAtRandom(): Promise<void> {
  return part('two processes, a chaotic bus, faults at random', async () => {
    const last = firstSeed + Number(values.random);
    for (const scenario of scenarios) {
      const start = performance.now();
      let found = 0;
      for (let seed = firstSeed; seed < last; seed++) {
        const finding = await ofSeed(scenario, seed);
        if (finding) {
          found++;
          findings.push(finding);
        }
      }
      row(scenario.name, '', last - firstSeed, found, start);
    }
    return `${scenarios.length * Number(values.random)} worlds`;
  });
}

function eventSequences(): Promise<void> {
  return part(`random event sequences, from seed ${firstSeed}`, async () => {
    for (let seed = firstSeed; seed < firstSeed + sequences; seed++) {
      const finding = await sequenceOfSeed(seed);
      if (!finding) continue;
      findings.push(finding);
      console.log(`  found: npm run test:faults -- --nightly --sequences 1 --seed ${seed}`);
    }
    return `${sequences} sequences`;
  });
}

function plantedMistakes(): Promise<void> {
  return part('planted mistakes', async () => {
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
}

/** The exit code. */
function realFaults(): number {
  const runs = [...REAL, [SOAK, '--minutes', values.minutes] as const].map(([file, ...args]) => {
    return spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(file), ...args], {
      stdio: 'inherit',
    });
  });
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
