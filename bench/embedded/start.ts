/**
 * Measures the time from the start of the package's command to `ready`, with the data on disk, beside a Node process that does
 * nothing. Goal: 400 ms.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildPackage, commandOf } from '../peers/compiled.ts';
import { printTable, quantile } from '../table.ts';
import { withFolder } from './scratch.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 11;

export async function run(): Promise<void> {
  await buildPackage(CHECKOUT);
  const started: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    started.push(await withFolder(untilReady));
    empty.push(await untilExit());
  }
  printTable(
    ['from the start of the process', 'median', 'slowest'],
    [
      ['`lro start --data` to `ready`', ...figures(started)],
      ['`node -e 0` to its end', ...figures(empty)],
    ],
  );
}

async function untilReady(data: string): Promise<number> {
  const begin = performance.now();
  const options = ['start', '--no-sample', '--port', '0', '--data', data];
  const system = spawn(process.execPath, [commandOf(CHECKOUT), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await readyLine(system);
    return performance.now() - begin;
  } finally {
    const ended = once(system, 'exit');
    system.kill('SIGTERM');
    await ended;
  }
}

function readyLine(system: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    system.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes('ready at ')) resolve();
    });
    system.once('exit', (code) => reject(new Error(`lro start ended with ${code} before it was ready`)));
  });
}

async function untilExit(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
  return performance.now() - begin;
}

function figures(times: readonly number[]): readonly string[] {
  return [0.5, 1].map((part) => `${quantile(times, part).toFixed(0)} ms`);
}
