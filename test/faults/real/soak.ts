/**
 * The soak: the embedded system with `--data` and a worker, each a process of its own, under a steady load for an hour, while both are
 * killed (SIGKILL) and stopped (SIGSTOP) and their clock is put forward and back. Prints a line a minute: memory, files, latencies.
 *
 *   npx tsx test/faults/real/soak.ts [--minutes 60] [--rate 1] [--pause 40] [--seed N] [--calm] [--csv FILE]
 *
 * `--pause`: the longest pause between two faults, in seconds.
 *
 * With `--calm` nothing is injected: then memory, files and latencies have to be flat, and the process is the same from start to end.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../../../local/emulators/ports.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { conclude } from './load/conclusion.ts';
import { Load, WORKER_SUBSCRIPTION } from './load/load.ts';
import { Target } from './load/target.ts';
import { ManagedProcess } from './managed-process.ts';
import { quantile, sample } from './sampler.ts';
import { SteppedClock } from './stepped-clock.ts';

const HOUR_SECONDS = 3_600;
const MINUTE_MS = 60_000;
const PATIENCE_MS = 180_000;
/** The duration of two leases of the load. */
const LONGEST_STOP_MS = 12_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1' },
    pause: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    calm: { type: 'boolean', default: false },
    csv: { type: 'string' },
  },
});
const random = seeded(Number(values.seed));
const folder = await mkdtemp(join(tmpdir(), 'lro-soak-'));
const data = join(folder, 'data');
const clock = values.calm ? undefined : await SteppedClock.create();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const environment = { ...clock?.environment };
const server = new ManagedProcess({
  file: fileURLToPath(new URL('../../../local/start.ts', import.meta.url)),
  args: [`--port=${port}`, `--data=${data}`, '--no-sample'],
  environment,
  log: join(folder, 'server.log'),
});
const worker = new ManagedProcess({
  file: fileURLToPath(new URL('./load/worker.ts', import.meta.url)),
  environment: { ...environment, OPERATIONS_URL: url, SUBSCRIPTION: WORKER_SUBSCRIPTION },
  log: join(folder, 'worker.log'),
});
const target = new Target({ operationsUrl: url, pubsubUrl: url, project: 'p' });
const now = () => clock?.now() ?? Date.now();
const load = new Load({ target, rate: Number(values.rate), random, now });
const injected: Record<string, number> = {};
const rows: string[] = [];
const start = performance.now();
const untilMs = start + Number(values.minutes) * MINUTE_MS;
let over = false;
const getLatencies: number[] = [];

console.log(`soak of ${values.minutes} minutes, seed ${values.seed}, logs in ${folder}`);
try {
  server.start();
  await load.start();
  const background = [keepWorker(), probe(), report()];
  if (values.calm) await sleep(untilMs - performance.now());
  else await inject();
  load.pause();
  // A timer that was set while the clock was an hour ahead is due only when the clock reaches that time again.
  clock?.set(HOUR_SECONDS + 600);
  const patience = performance.now() + PATIENCE_MS;
  while (load.counts.open > 0 && performance.now() < patience) await sleep(500);
  over = true;
  await Promise.all(background);
  load.audit();
  await conclude(load, url, Object.entries(injected));
} finally {
  over = true;
  target.stop();
  await Promise.all([server.kill(), worker.kill()]);
  await clock?.remove();
  if (process.exitCode !== 1) await rm(folder, { recursive: true, force: true });
}

async function inject(): Promise<void> {
  const faults: Readonly<Record<string, () => Promise<void>>> = {
    'SIGKILL of the server': async () => {
      await server.kill();
      await sleep(random() * 1_000);
      server.start();
    },
    'SIGKILL of the worker': () => worker.kill(),
    'SIGKILL of both': async () => {
      await Promise.all([server.kill(), worker.kill()]);
      server.start();
    },
    'SIGSTOP of the server': () => stopped(server, random() * LONGEST_STOP_MS),
    'SIGSTOP of the worker for two leases': () => stopped(worker, LONGEST_STOP_MS),
    'clock 1 h ahead, then right': () => stepped(HOUR_SECONDS),
    'clock 1 h behind, then right': () => stepped(-HOUR_SECONDS),
    'clock up to 2 min ahead, then right': () => stepped(Math.round(random() * 120)),
    'clock 1 h behind, and the server is killed': async () => {
      clock?.set(-HOUR_SECONDS);
      await server.kill();
      server.start();
      await sleep(10_000);
      clock?.set(0);
    },
  };
  const names = Object.keys(faults).filter((name) => clock || !name.includes('clock'));
  while (performance.now() < untilMs) {
    await sleep(random() * Number(values.pause) * 1_000);
    const name = names[Math.floor(random() * names.length)] as string;
    await faults[name]?.();
    injected[name] = (injected[name] ?? 0) + 1;
  }
}

async function stopped(managed: ManagedProcess, ms: number): Promise<void> {
  managed.signal('SIGSTOP');
  await sleep(ms);
  managed.signal('SIGCONT');
}

async function stepped(offsetSeconds: number): Promise<void> {
  clock?.set(offsetSeconds);
  await sleep(5_000 + random() * 15_000);
  clock?.set(0);
}

/** Restarts a worker that ended, like a supervisor. */
async function keepWorker(): Promise<void> {
  for (; !over; await sleep(500)) {
    if (worker.pid === undefined) worker.start();
  }
}

async function probe(): Promise<void> {
  for (; !over; await sleep(500)) {
    const latency = await target.measure('/v1/operations?pageSize=1');
    if (latency !== undefined) getLatencies.push(latency);
  }
}

async function report(): Promise<void> {
  const header =
    'minute,begun,ended,open,server_rss_mb,worker_rss_mb,server_cpu_s,db_mb,wal_mb,root_p50_ms,root_p95_ms,list_p50_ms,list_p99_ms';
  rows.push(header);
  console.log(header);
  for (let minute = 1; !over; minute++) {
    const next = start + minute * MINUTE_MS;
    while (!over && performance.now() < next) await sleep(200);
    const [ofServer, ofWorker] = await Promise.all([sample(server.pid, data), sample(worker.pid, data)]);
    const sizeOf = (wanted: (name: string) => boolean) =>
      Object.entries(ofServer?.filesMb ?? {})
        .filter(([name]) => wanted(name))
        .reduce((sum, [, size]) => sum + size, 0);
    const roots = load.takeLatencies();
    const lists = getLatencies.splice(0);
    const { begun, ended, open } = load.counts;
    const row = [
      ...[minute, begun, ended, open],
      ...[ofServer?.rssMb, ofWorker?.rssMb, ofServer?.cpuSeconds].map((value) => value?.toFixed(0) ?? ''),
      ...[sizeOf((name) => !name.endsWith('-wal')), sizeOf((name) => name.endsWith('-wal'))].map((size) =>
        size.toFixed(1),
      ),
      ...[quantile(roots, 0.5), quantile(roots, 0.95)].map((ms) => ms.toFixed(0)),
      ...[quantile(lists, 0.5), quantile(lists, 0.99)].map((ms) => ms.toFixed(1)),
    ].join(',');
    rows.push(row);
    console.log(row);
    if (values.csv) writeFileSync(values.csv, `${rows.join('\n')}\n`);
  }
}
