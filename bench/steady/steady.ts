/**
 * A server at half of its maximum for an hour, whose operations expire a minute after their end. Goal: flat memory, flat file sizes, flat
 * latency.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inFreshProcess } from '../fresh-process.ts';
import { buildPackage, commandOf, compile } from '../peers/compiled.ts';
import { startLro } from '../peers/servers/lro.ts';
import { median, printTable } from '../table.ts';
import type { Minute, SteadyFigures } from './load-process.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
/** Minutes of which a row of the table is the median. */
const MINUTES_A_ROW = 10;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      share: { type: 'string', default: '0.5' },
    },
  });
  const { load } = await compile(CHECKOUT);
  await buildPackage(CHECKOUT);
  const server = await startLro(commandOf(CHECKOUT));
  try {
    const file = pathToFileURL(load);
    const args = [server.connection, server.pid ?? 0, server.folder, values.minutes, values.share];
    report(await inFreshProcess<SteadyFigures>(file, ...args));
  } finally {
    await server.stop();
  }
}

function report({ maximum, minutes, created, completed }: SteadyFigures): void {
  const rows = [];
  for (let begin = 0; begin < minutes.length; begin += MINUTES_A_ROW) {
    const part = minutes.slice(begin, begin + MINUTES_A_ROW);
    const of = (value: (minute: Minute) => number) => Math.round(median(part.map(value)));
    rows.push([
      `${begin + 1} to ${begin + part.length}`,
      of(({ rate }) => rate),
      `${of(({ completeMs }) => completeMs.p50)} and ${of(({ completeMs }) => completeMs.p99)} ms`,
      `${of(({ getMs }) => getMs.p50)} and ${of(({ getMs }) => getMs.p99)} ms`,
      `${of(({ memoryMb }) => memoryMb)} MB`,
      `${of(({ databaseMb }) => databaseMb)} MB`,
      `${of(({ logMb }) => logMb)} MB`,
    ]);
  }
  console.log(
    `${completed} of ${created} parents completed; the maximum was ${Math.round(maximum)} operations/s`,
  );
  printTable(
    ['minutes', 'operations/s', 'complete, p50 and p99', 'get, p50 and p99', 'memory', 'database', 'log'],
    rows,
  );
}
