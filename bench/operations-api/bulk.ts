/**
 * `npm run bench -- bulk [COUNT]`: cancels COUNT operations (default: 50,000) with one bulk call, and measures the latency of
 * GetOperation before and during it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { printTable, quantile } from '../table.ts';

const SYSTEM = fileURLToPath(new URL('./bulk-system.ts', import.meta.url));
const DEFAULT_COUNT = '50000';
const INTERVAL_MS = 5;

export async function run([count = DEFAULT_COUNT]: readonly string[] = []): Promise<void> {
  const system = fork(SYSTEM, [count]);
  const [url] = (await once(system, 'message')) as [string];
  try {
    await allCreated(url, Number(count));
    const before = await latencies(url, async () => false, 2_000);
    const start = performance.now();
    const { name } = await post(url, 'operations:cancel', {
      filter: 'method = "m" AND name:"operations/bulk-*"',
    });
    let done = false;
    const beside = await latencies(url, async () => {
      const operation = await get(url, name);
      done = operation.done === true;
      return done;
    });
    const seconds = (performance.now() - start) / 1000;
    const { metadata } = await get(url, name);
    printTable(
      ['a GET beside', 'p50', 'p99', 'most'],
      [
        row('nothing', before),
        row(`a cancel of ${metadata.matchedCount} operations, ${seconds.toFixed(1)} s`, beside),
      ],
    );
    if (metadata.doneCount !== Number(count))
      throw new Error(`${metadata.doneCount} of ${count} were cancelled`);
  } finally {
    system.kill();
  }
}

async function allCreated(url: string, count: number): Promise<void> {
  for (;;) {
    const { total } = await get(url, 'operations:statistics');
    if (total > count) return;
    await sleep(500);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
async function get(url: string, path: string): Promise<any> {
  return (await fetch(`${url}/v1/${path}`)).json();
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
async function post(url: string, path: string, body: object): Promise<any> {
  const response = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Measures GetOperation until `isOver`, which it asks after every 50 calls, or for `mostMs`. In milliseconds. */
async function latencies(url: string, isOver: () => Promise<boolean>, mostMs = 600_000): Promise<number[]> {
  const measured: number[] = [];
  const end = performance.now() + mostMs;
  for (let call = 1; performance.now() < end; call++) {
    const start = performance.now();
    await get(url, 'operations/measured');
    measured.push(performance.now() - start);
    if (call % 50 === 0 && (await isOver())) break;
    await sleep(INTERVAL_MS);
  }
  return measured;
}

function row(beside: string, times: readonly number[]): string[] {
  return [beside, ...[0.5, 0.99, 1].map((at) => `${quantile(times, at).toFixed(1)} ms`)];
}
