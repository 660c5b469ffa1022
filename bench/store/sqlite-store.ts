/** Compares the embedded store on disk with the same rows as bare transactions of the same library in the same run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { floorRate } from './floor.ts';
import { live } from './workload.ts';

const ROUNDS = 5;

interface Row {
  readonly callers: number;
  readonly operations: number;
}

const ROWS: readonly Row[] = [
  { callers: 1, operations: 1_500 },
  { callers: 64, operations: 12_800 },
];

/** The figures of one round: operations per second, and processor time per operation, which other load affects less. */
interface Round {
  readonly rate: number;
  readonly micros: number;
}

/** Each operation is two commits with their reads, and the removal of an effect. */
export async function run(): Promise<void> {
  console.log(`SQLite store, durable at each commit, median of ${ROUNDS} rounds:`);
  for (const row of ROWS) {
    const floor: Round[] = [];
    const store: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      floor.push(await measure(row, (file) => floorRate(file, row.operations, row.callers)));
      store.push(await measure(row, (file) => storeRate(file, row)));
    }
    console.log(`  ${row.callers} callers: ${beside(store, floor, 'rate')} operations a second`);
    console.log(`  ${row.callers} callers: ${beside(store, floor, 'micros')} µs of processor time each`);
  }
}

function beside(store: readonly Round[], floor: readonly Round[], figure: keyof Round): string {
  const of = (rounds: readonly Round[]) => median(rounds.map((round) => round[figure]));
  const percent = ((100 * of(store)) / of(floor)).toFixed(0);
  return `${of(store).toFixed(0)}, bare ${of(floor).toFixed(0)} (${percent} %)`;
}

async function measure(
  { operations }: Row,
  rateOf: (file: string) => number | Promise<number>,
): Promise<Round> {
  const before = process.cpuUsage();
  const rate = await inFolder(rateOf);
  const { user, system } = process.cpuUsage(before);
  return { rate, micros: (user + system) / operations };
}

async function storeRate(file: string, { callers, operations }: Row): Promise<number> {
  const store = await openSqliteStore({ file });
  const begin = performance.now();
  let next = 0;
  const caller = async () => {
    while (next < operations) await live(store, String(next++));
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsed = performance.now() - begin;
  await store.close();
  return (operations / elapsed) * 1_000;
}

async function inFolder<T>(use: (file: string) => T | Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-bench-'));
  try {
    return await use(join(folder, 'store.db'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await run();
