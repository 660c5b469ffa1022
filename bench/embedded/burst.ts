/** 50,000 events at once, two for each operation. Goals: drained in 8 s, GetOperation p99 below 100 ms, memory below 300 MB. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inFreshProcess } from '../fresh-process.ts';
import { compile } from '../peers/compiled.ts';
import { printTable, quantile } from '../table.ts';
import type { BurstFigures } from './burst-process.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const OPERATIONS = 25_000;
const ROUNDS = 3;

export async function run(): Promise<void> {
  const { burst } = await compile(CHECKOUT);
  const file = pathToFileURL(burst);
  const rows = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const figures = await inFreshProcess<BurstFigures>(file, OPERATIONS);
    rows.push([
      OPERATIONS * 2,
      `${figures.drainSeconds.toFixed(1)} s`,
      `${figures.processorSeconds.toFixed(1)} s`,
      `${quantile(figures.getMs, 0.5).toFixed(0)} ms`,
      `${quantile(figures.getMs, 0.99).toFixed(0)} ms`,
      `${figures.memoryMb} MB`,
    ]);
  }
  printTable(['events at once', 'drained in', 'processor time', 'get p50', 'get p99', 'memory'], rows);
}
