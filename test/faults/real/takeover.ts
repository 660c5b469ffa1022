/**
 * A worker is killed, or stopped for two leases, in the middle of its work; another one takes over, and what the first one
 * says afterwards is refused. Prints the timeline.
 *
 *   npx tsx test/faults/real/takeover.ts [--emulators]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSystem } from '../../../local/start-system.ts';

const LEASE_MS = 5_000;
const PATIENCE_MS = 90_000;
const PROJECT = 'local';
const emulators = process.argv.includes('--emulators');
const workers: ChildProcess[] = [];
const start = Date.now();
const lines: string[] = [];

function note(text: string): void {
  const line = `${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`;
  lines.push(line);
  console.log(line);
}

async function waitFor(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await isThere()); await sleep(100)) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
}

const system = await startSystem({ emulators, push: true, logLevel: 'error' });
try {
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) await takeOver(signal);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const worker of workers) worker.kill('SIGKILL');
  await system.stop();
}

async function takeOver(signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  const operation = `operations/${signal.toLowerCase()}`;
  note(
    `${signal} on ${emulators ? 'the emulators' : 'the embedded system'}: ${operation}, lease ${LEASE_MS / 1000} s`,
  );
  const [one, two] = [`one-${signal}`, `two-${signal}`];
  const first = work(one, LEASE_MS);
  const dispatch = { lease: `${LEASE_MS / 1000}s`, firstBackoff: '1s' };
  const created = { operation, created: { method: 'work', dispatch } };
  await system.publish(Buffer.from(JSON.stringify(created)));
  await waitFor('the first worker', () => lines.some((line) => line.includes(one) && line.includes('takes')));
  await sleep(1_000);
  first.kill(signal);
  note(`${one} gets ${signal}`);
  const second = work(two, 1_000);
  if (signal === 'SIGSTOP') {
    await sleep(2 * LEASE_MS);
    first.kill('SIGCONT');
    note(`${one} goes on after two leases`);
    await waitFor('the refusal', () => lines.some((line) => line.includes(one) && line.includes('409')));
  }
  await waitFor('the end', async () => (await inspect(operation)).state === 'SUCCEEDED');
  const { state, history } = await inspect(operation);
  note(`${operation} is ${state}; history: ${history.toReversed().map(lineOf).join(', ')}`);
  const ends = history.filter(({ type, outcome }) => type === 'succeeded' && outcome === 'APPLIED');
  if (ends.length !== 1) throw new Error(`${operation} ended ${ends.length} times`);
  first.kill('SIGKILL');
  second.kill('SIGKILL');
}

interface Line {
  readonly type: string;
  readonly outcome: string;
  readonly reason?: string;
}

function lineOf({ type, outcome, reason }: Line): string {
  return `${type}${reason ? ` ${reason}` : ''}${outcome === 'APPLIED' ? '' : ` (${outcome})`}`;
}

interface Inspected {
  readonly state: string;
  readonly history: readonly Line[];
}

async function inspect(operation: string): Promise<Inspected> {
  const response = await fetch(`${system.operationsUrl}/v1/${operation}:inspect`);
  return (await response.json()) as Inspected;
}

function work(name: string, workMs: number): ChildProcess {
  const file = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const args = ['--import', 'tsx', file, system.url, PROJECT, name, String(workMs)];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  createInterface({ input: worker.stdout }).on('line', (line) => note(line));
  return worker;
}
