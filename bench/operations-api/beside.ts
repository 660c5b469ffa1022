/**
 * Measures GetOperation while other callers make long calls to the embedded system. The system, the long calls and the measured calls
 * each run in their own process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { printTable, quantile } from '../table.ts';
import { LONG_CALLS, type LongCall } from './long-calls.ts';

const SYSTEM = fileURLToPath(new URL('./beside-system.ts', import.meta.url));
const CALLER = fileURLToPath(new URL('./beside-caller.ts', import.meta.url));
const INTERVAL_MS = 5;

export async function run(): Promise<void> {
  const system = fork(SYSTEM);
  const [url] = (await once(system, 'message')) as [string];
  try {
    const rows = [row('nothing', await latencies(url, sleep(2_000)))];
    for (const call of Object.keys(LONG_CALLS) as LongCall[]) {
      const caller = fork(CALLER, [url, call]);
      rows.push(row(LONG_CALLS[call], await latencies(url, ended(caller))));
    }
    printTable(['a GET beside', 'p50', 'p99', 'most'], rows);
  } finally {
    system.kill();
  }
}

function ended(process: ChildProcess): Promise<unknown> {
  return once(process, 'exit');
}

async function latencies(url: string, until: Promise<unknown>): Promise<number[]> {
  const measured: number[] = [];
  let isOver = false;
  until.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const start = performance.now();
    await (await fetch(`${url}/v1/operations/measured`)).arrayBuffer();
    measured.push(performance.now() - start);
    await sleep(INTERVAL_MS);
  }
  return measured;
}

function row(beside: string, times: readonly number[]): string[] {
  return [beside, ...[0.5, 0.99, 1].map((at) => `${quantile(times, at).toFixed(1)} ms`)];
}
