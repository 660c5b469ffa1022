/**
 * Measures the cost of telemetry. Off: the number of accesses to its port per operation, times the cost of one access. On: the
 * processor time compared with off, in turns.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_TELEMETRY } from '../../shared/telemetry/telemetry.ts';
import { inFreshProcess } from '../fresh-process.ts';
import { median, printTable } from '../table.ts';
import type { TelemetryFigures } from './telemetry-process.ts';

const ROUNDS = 3;
const CALLS = 1_000_000;

const measured = (way: string, collector = '') =>
  inFreshProcess<TelemetryFigures>(new URL('./telemetry-process.ts', import.meta.url), way, collector);

export async function run(): Promise<void> {
  const collector = fork(fileURLToPath(new URL('./collector-process.ts', import.meta.url)));
  try {
    const [port] = await once(collector, 'message');
    const { calls } = await measured('counted');
    const off: number[] = [];
    const on: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const turns = [
        async () => off.push((await measured('off')).operationUs),
        async () => on.push((await measured('on', `http://127.0.0.1:${port}`)).operationUs),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    await report(calls, off, on);
  } finally {
    collector.disconnect();
  }
}

async function report(
  calls: Readonly<Record<string, number>>,
  off: readonly number[],
  on: readonly number[],
): Promise<void> {
  const spanNs = await nanosecondsOfSpan();
  const lookNs = nanosecondsOfCount();
  const rows = Object.entries(calls).map(([name, count]) => {
    const ns = name === 'span' ? spanNs : lookNs;
    return { name, count, ns, all: count * ns };
  });
  printTable(
    ['member of the port, telemetry off', 'for each operation', 'ns each', 'ns an operation'],
    rows.map(({ name, count, ns, all }) => [name, count.toFixed(2), ns.toFixed(1), all.toFixed(0)]),
  );
  const offUs = median(off);
  const calledUs = rows.reduce((sum, { all }) => sum + all, 0) / 1000;
  const ratios = on.map((each, round) => each / (off[round] ?? each));
  console.log();
  printTable(
    ['processor time of an operation', 'µs', 'beside off'],
    [
      [
        'the calls of telemetry that is off',
        calledUs.toFixed(2),
        `${((100 * calledUs) / offUs).toFixed(2)} %`,
      ],
      ['off', offUs.toFixed(0), '1.00'],
      ['on, each span to a collector', median(on).toFixed(0), median(ratios).toFixed(2)],
    ],
  );
}

/** Includes the promise of the work, and the promise that awaits it. */
async function nanosecondsOfSpan(): Promise<number> {
  const work = async () => 1;
  const spans = async () => {
    for (let index = 0; index < CALLS; index++) await NO_TELEMETRY.span('bench', {}, work);
  };
  const bare = async () => {
    for (let index = 0; index < CALLS; index++) await work();
  };
  await spans();
  await bare();
  const begin = performance.now();
  await spans();
  const between = performance.now();
  await bare();
  return Math.max(0, between - begin - (performance.now() - between)) * (1e6 / CALLS);
}

/** The most expensive access: a call with an object of attributes. */
function nanosecondsOfCount(): number {
  const counts = () => {
    for (let index = 0; index < CALLS; index++) {
      NO_TELEMETRY.count('lro.events', { type: 'created', outcome: String(index & 1) });
    }
  };
  counts();
  const begin = performance.now();
  counts();
  return (performance.now() - begin) * (1e6 / CALLS);
}
