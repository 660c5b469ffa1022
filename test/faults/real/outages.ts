import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmulatedSystem } from '../../../local/emulated/emulated-system.ts';
import type { startFunction } from '../../../local/emulated/function-process.ts';
import { acceptsConnections, freePort } from '../../../local/emulators/ports.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { drained, EmulatedRun } from './emulated-run.ts';
import { FlakyProxy, type Trouble } from './flaky-proxy.ts';
import { conclude } from './load/conclusion.ts';
import { Load } from './load/load.ts';
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
const functions = new Map<string, { readonly process: ManagedProcess; readonly port: number }>();
const injected: Record<string, number> = {};
await EmulatedRun.play('outages', play);

async function play(run: EmulatedRun, spannerHost: string, pubsubHost: string): Promise<void> {
  run.atEnd(async () => {
    for (const each of functions.values()) await each.process.kill();
  });
  const spanner = await FlakyProxy.start(spannerHost, random);
  const pubsub = await FlakyProxy.start(pubsubHost, random);
  run.atEnd(
    () => spanner.stop(),
    () => pubsub.stop(),
  );
  const system = await startEmulatedSystem({
    ...{
      spannerHost: spanner.host,
      pubsubHost: pubsub.host,
      push: true,
      startFunction: killableIn(run.folder),
    },
  });
  run.atEnd(system.stop);
  const worker = run.worker(system.operationsUrl, pubsub.host);
  const target = new Target({
    ...{ operationsUrl: system.operationsUrl, pubsubUrl: `http://${pubsub.host}`, project: 'local' },
  });
  const load = new Load({ target, rate: Number(values.rate), random, now: Date.now });
  run.atEnd(async () => target.stop());
  console.log(`outages: ${values.faults} faults, seed ${values.seed}, logs in ${run.folder}`);
  const start = performance.now();
  await load.start();
  const supervisor = setInterval(() => worker.pid === undefined && worker.start(), 500);
  run.atEnd(async () => clearInterval(supervisor));
  await inject(faultsOf({ spanner, pubsub, worker }));
  await drained(load, PATIENCE_MS);
  load.audit();
  console.log(`${((performance.now() - start) / 1_000).toFixed(0)} s`);
  await conclude(load, system.operationsUrl, Object.entries(injected));
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
function killableIn(folder: string): typeof startFunction {
  return async (target, env) => {
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
  };
}
