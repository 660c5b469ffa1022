/**
 * The real functions on Google's emulators under a steady load, while Spanner and Pub/Sub are slow, silent and cut (a TCP proxy in front
 * of each), the processes of the functions are killed (SIGKILL), and the worker is killed and stopped for two leases. The emulators
 * themselves are not killed: they keep nothing, so that what they acknowledged would be gone, unlike the services.
 *
 *   npx tsx test/faults/real/outages.ts [--faults 60] [--rate 1] [--seed N] [--only TEXT]
 *
 * `--only`: the faults whose name has this, such as `Spanner` or `SIGKILL`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmulatedSystem } from '../../../local/emulated/emulated-system.ts';
import type { startFunction } from '../../../local/emulated/function-process.ts';
import { startEmulators } from '../../../local/emulators/emulators.ts';
import { acceptsConnections, freePort } from '../../../local/emulators/ports.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { FlakyProxy, type Trouble } from './flaky-proxy.ts';
import { Load, WORKER_SUBSCRIPTION } from './load/load.ts';
import { Target } from './load/target.ts';
import { ManagedProcess } from './managed-process.ts';

const PATIENCE_MS = 240_000;
const LONGEST_TROUBLE_MS = 8_000;
const PAUSE_MS = 1_500;
const TWO_LEASES_MS = 12_000;

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const random = seeded(Number(values.seed));
const folder = await mkdtemp(join(tmpdir(), 'lro-outages-'));
const functions = new Map<string, { readonly process: ManagedProcess; readonly port: number }>();
const injected: Record<string, number> = {};
const stops: (() => Promise<unknown>)[] = [];
try {
  const { spanner: spannerEmulator, pubsub: pubsubEmulator } = await startEmulators();
  if (!spannerEmulator || !pubsubEmulator) {
    console.log("outages: left out, Google's emulators are not installed");
  } else {
    stops.push(spannerEmulator.stop, pubsubEmulator.stop);
    await play(spannerEmulator.host, pubsubEmulator.host);
  }
} finally {
  for (const stop of stops.reverse()) await stop();
  for (const each of functions.values()) await each.process.kill();
  if (process.exitCode !== 1) await rm(folder, { recursive: true, force: true });
}
// Client libraries keep retrying after their service has ended, so the process has to be ended.
process.exit();

async function play(spannerHost: string, pubsubHost: string): Promise<void> {
  const spanner = await FlakyProxy.start(spannerHost, random);
  const pubsub = await FlakyProxy.start(pubsubHost, random);
  stops.push(
    () => spanner.stop(),
    () => pubsub.stop(),
  );
  const system = await startEmulatedSystem({
    ...{ spannerHost: spanner.host, pubsubHost: pubsub.host, push: true, startFunction: killable },
  });
  stops.push(system.stop);
  const worker = new ManagedProcess({
    file: fileURLToPath(new URL('./load/worker.ts', import.meta.url)),
    environment: {
      ...{ OPERATIONS_URL: system.operationsUrl, PUBSUB_EMULATOR_HOST: pubsub.host },
      ...{ GOOGLE_CLOUD_PROJECT: 'local', SUBSCRIPTION: WORKER_SUBSCRIPTION },
    },
    log: join(folder, 'worker.log'),
  });
  stops.push(() => worker.kill());
  const target = new Target({
    ...{ operationsUrl: system.operationsUrl, pubsubUrl: `http://${pubsub.host}`, project: 'local' },
  });
  const load = new Load({ target, rate: Number(values.rate), random, now: Date.now });
  stops.push(async () => target.stop());
  console.log(`outages: ${values.faults} faults, seed ${values.seed}, logs in ${folder}`);
  const start = performance.now();
  await load.start();
  const supervisor = setInterval(() => worker.pid === undefined && worker.start(), 500);
  stops.push(async () => clearInterval(supervisor));
  await inject(faultsOf({ spanner, pubsub, worker }));
  load.pause();
  const end = performance.now() + PATIENCE_MS;
  while (load.counts.open > 0 && performance.now() < end) await sleep(500);
  load.audit();
  await conclude(load, system.operationsUrl, (performance.now() - start) / 1_000);
}

interface Parts {
  readonly spanner: FlakyProxy;
  readonly pubsub: FlakyProxy;
  readonly worker: ManagedProcess;
}

function faultsOf({ spanner, pubsub, worker }: Parts): Readonly<Record<string, () => Promise<void>>> {
  const faults: Record<string, () => Promise<void>> = {
    'SIGKILL of the worker': () => worker.kill(),
    async 'SIGSTOP of the worker for two leases'() {
      worker.signal('SIGSTOP');
      await sleep(TWO_LEASES_MS);
      worker.signal('SIGCONT');
    },
  };
  for (const target of ['on-lifecycle-event', 'operations', 'resume', 'sweep']) {
    faults[`SIGKILL of ${target}`] = async () => {
      const killed = functions.get(target);
      await killed?.process.kill();
      killed?.process.start();
      // On a busy machine a process takes seconds to start: the next kill would find one that has not served yet.
      while (killed && !(await acceptsConnections(killed.port))) await sleep(100);
    };
  }
  for (const [name, proxy] of Object.entries({ Spanner: spanner, 'Pub/Sub': pubsub })) {
    for (const trouble of ['slow', 'silent', 'reset', 'cut'] satisfies Trouble[]) {
      faults[`${name} ${trouble}`] = async () => {
        proxy.set(trouble);
        await sleep(random() * LONGEST_TROUBLE_MS);
        proxy.set(undefined);
      };
    }
  }
  return faults;
}

/** Injects all faults equally often, in an order that the seed determines. */
async function inject(faults: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const names = Object.keys(faults).filter((name) => name.includes(values.only));
  let round: string[] = [];
  for (let index = 0; index < Number(values.faults); index++) {
    if (round.length === 0) round = [...names];
    const [name = ''] = round.splice(Math.floor(random() * round.length), 1);
    await sleep(PAUSE_MS);
    await faults[name]?.();
    injected[name] = (injected[name] ?? 0) + 1;
  }
}

/** Replaces startFunction of the emulated system with a process that can be killed and started again at its port. */
async function killable(...[target, env]: Parameters<typeof startFunction>) {
  const listening = await freePort();
  const process = new ManagedProcess({
    file: fileURLToPath(new URL('../../../local/emulated/function-host.ts', import.meta.url)),
    environment: { ...env, FUNCTION_TARGET: target, PORT: String(listening) },
    log: join(folder, `${target}.log`),
  });
  functions.set(target, { process, port: listening });
  process.start();
  while (!(await acceptsConnections(listening))) await sleep(100);
  return { url: `http://127.0.0.1:${listening}`, stop: () => process.kill() };
}

async function conclude(load: Load, operationsUrl: string, seconds: number): Promise<void> {
  for (const [name, count] of Object.entries(injected)) console.log(`${String(count).padStart(5)} × ${name}`);
  const { begun, ended } = load.counts;
  const { count, repeats } = load.completions;
  console.log(
    `${begun} roots begun, ${ended} ended well, ${seconds.toFixed(0)} s; ${count} operations completed, ${repeats} completions came again`,
  );
  for (const finding of load.findings.slice(0, 20)) console.log(`  ${finding}`);
  for (const name of load.open().slice(0, 5)) {
    for (const method of ['explain', 'inspect']) {
      const answer = await fetch(`${operationsUrl}/v1/${name}:${method}`).then((one) => one.text(), String);
      console.log(`  ${name}: ${answer.slice(0, 3_000)}`);
    }
  }
  console.log(load.findings.length === 0 ? 'held' : 'DID NOT HOLD');
  if (load.findings.length > 0) process.exitCode = 1;
}
