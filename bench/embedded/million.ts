/**
 * Compares a database of 1,000,000 terminal operations with one of 10,000, in turns of one run. Goal: an operation and a start
 * take at most 1.2 times the processor time.
 */
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import { inFreshProcess } from '../fresh-process.ts';
import { median, printTable } from '../table.ts';
import type { MillionFigures } from './million-process.ts';
import { multiplyRows, nameOf } from './multiplied-rows.ts';
import { withFolder } from './scratch.ts';
import { throughput } from './workload.ts';

const ROUNDS = 3;
const WORKLOAD = { parents: 500, children: 19 };
const COPIES = 100;
const DATABASE = 'lro.db';

export async function run(): Promise<void> {
  await withFolder(async (folder) => {
    const small = join(folder, 'small');
    const large = join(folder, 'large');
    await makeSmall(small);
    await cp(small, large, { recursive: true });
    makeLarge(large);
    const figures = { small: [] as MillionFigures[], large: [] as MillionFigures[] };
    for (let round = 0; round < ROUNDS; round++) {
      const turns = [
        async () => figures.small.push(await measuredCopy(small, join(folder, 'copy'))),
        async () => figures.large.push(await measured(large, COPIES)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    report(figures.small, figures.large, [await megabytes(small), await megabytes(large)]);
  });
}

/** Creates a database with 10,000 operations that the system itself ran: 500 parents with 19 children each. */
async function makeSmall(data: string): Promise<void> {
  await mkdir(data);
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error' });
  try {
    await throughput(system, WORKLOAD, nameOf(0));
  } finally {
    await system.stop();
  }
}

/** Multiplies the rows of these operations by a hundred, each copy under different names. */
function makeLarge(data: string): void {
  const connection = openThreadedConnection(join(data, DATABASE));
  try {
    for (let copy = 1; copy < COPIES; copy++) multiplyRows(connection, copy);
  } finally {
    connection.close();
  }
}

/** Measures on a copy, so that the small database has the same number of operations in each round. */
async function measuredCopy(data: string, copy: string): Promise<MillionFigures> {
  await cp(data, copy, { recursive: true });
  try {
    return await measured(copy, 1);
  } finally {
    await rm(copy, { recursive: true });
  }
}

function measured(data: string, copies: number): Promise<MillionFigures> {
  const known = Array.from({ length: 100 }, (_, index) => {
    const parent = (index * 37) % WORKLOAD.parents;
    return `operations/${nameOf(index % copies)}-${parent}-${index % WORKLOAD.children}`;
  });
  return inFreshProcess(new URL('./million-process.ts', import.meta.url), data, JSON.stringify(known));
}

async function megabytes(data: string): Promise<number> {
  return (await stat(join(data, DATABASE))).size / 1e6;
}

function report(
  small: readonly MillionFigures[],
  large: readonly MillionFigures[],
  [smallMb, largeMb]: readonly [number, number],
): void {
  const row = (what: string, of: (figures: MillionFigures) => number) => {
    const ratios = large.map((each, round) => of(each) / of(small[round] ?? each));
    return [
      what,
      median(small.map(of)).toFixed(1),
      median(large.map(of)).toFixed(1),
      median(ratios).toFixed(2),
    ];
  };
  printTable(
    [`median of ${ROUNDS}`, '10,000 operations', '1,000,000 operations', 'ratio'],
    [
      row('processor time of an operation, µs', ({ operationUs }) => operationUs),
      row('start to ready, processor ms', ({ readyProcessorMs }) => readyProcessorMs),
      row('start to ready, ms', ({ readyMs }) => readyMs),
      row('GetOperation p50, ms', ({ getMs }) => getMs),
      row('first page of 50, p50, ms', ({ listMs }) => listMs),
      row('first :statistics, ms', ({ statisticsMs }) => statisticsMs),
      row('memory, MB', ({ memoryMb }) => memoryMb),
      ['database, MB', smallMb.toFixed(1), largeMb.toFixed(1), (largeMb / smallMb).toFixed(2)],
    ],
  );
}
