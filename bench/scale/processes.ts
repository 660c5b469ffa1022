/**
 * The functions as several processes on the emulators: families of a parent and two children, whose events a driver posts as
 * Pub/Sub pushes them, spread over 1, 2 and 4 processes of on-lifecycle-event. Each number of processes has emulators of its
 * own, because the Spanner emulator gets slower with use.
 *
 * A proxy in front of the Spanner emulator counts the calls, which the table shows beside those of the cost model.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pMap from 'p-map';
import { startEmulators } from '../../local/emulators/emulators.ts';
import { createTopology } from '../../local/emulators/pubsub.ts';
import { localTopology } from '../../shared/pubsub/topology.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { startFunction } from '../cold-start/function-process.ts';
import { buildPackedUpload } from '../cold-start/packed-upload.ts';
import { printTable, quantile } from '../table.ts';
import { costOf } from './cost-model.ts';
import { startCountingProxy } from './counting-proxy.ts';

const PROCESSES = [1, 2, 4];
const FAMILIES = 40;
const WARM_UP = 8;
const CHILDREN = 2;
/** The number of concurrent events of each process, like the setting CONCURRENCY. */
const CONCURRENCY = 12;
const LOCATION = { project: 'processes', instance: 'lro', database: 'lro' };
/** The events of a family: each operation is created and ends, and the parent waits once. */
const EVENTS = 2 * (CHILDREN + 1) + 1;

interface Measured {
  readonly processes: number;
  readonly eventsPerSecond: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly callsPerFamily: number;
}

/** `npm run bench -- processes [FOLDER]`: FOLDER is an existing built upload. */
export async function run([folder]: readonly string[] = []): Promise<void> {
  const upload = folder ?? (await buildPackedUpload());
  try {
    const results: Measured[] = [];
    for (const processes of PROCESSES) {
      const measured = await measure(upload, processes);
      if (!measured) {
        console.log('left out: it needs the Spanner and Pub/Sub emulators of gcloud');
        return;
      }
      results.push(measured);
      console.log(`${processes} done`);
    }
    report(results);
  } finally {
    if (folder === undefined) await rm(upload, { recursive: true });
  }
}

function report(results: readonly Measured[]): void {
  const { calls } = costOf({ children: CHILDREN, workflow: false });
  const [one] = results;
  printTable(
    ['processes', 'events/s', 'to one process', 'p50 ms', 'p95 ms', 'calls a family', 'calls by the model'],
    results.map(({ processes, eventsPerSecond, medianMs, p95Ms, callsPerFamily }) => [
      processes,
      Math.round(eventsPerSecond),
      (eventsPerSecond / (one?.eventsPerSecond ?? Number.NaN)).toFixed(2),
      Math.round(medianMs),
      Math.round(p95Ms),
      callsPerFamily.toFixed(1),
      calls,
    ]),
  );
}

async function measure(upload: string, processes: number): Promise<Measured | undefined> {
  const { spanner, pubsub } = await startEmulators();
  if (!spanner || !pubsub) return undefined;
  const proxy = await startCountingProxy(spanner.host);
  const nowhere = 'http://127.0.0.1:9';
  process.env.SPANNER_EMULATOR_HOST = spanner.host;
  await applySchema(LOCATION);
  const topology = localTopology();
  await createTopology({
    host: pubsub.host,
    project: LOCATION.project,
    topology,
    pushEndpoint: () => nowhere,
  });
  const env = {
    SPANNER_EMULATOR_HOST: proxy.host,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    METADATA_SERVER_DETECTION: 'none',
    PROJECT_ID: LOCATION.project,
    SPANNER_INSTANCE: LOCATION.instance,
    SPANNER_DATABASE: LOCATION.database,
    RESUME_URL: nowhere,
    WORKFLOWS_ENDPOINT: nowhere,
    WAIT_WORKFLOW: 'external',
    LOG_LEVEL: 'silent',
  };
  const functions = await Promise.all(
    Array.from({ length: processes }, () => startFunction(upload, 'on-lifecycle-event', env)),
  );
  try {
    const durations: number[] = [];
    let turn = 0;
    const post = async (event: object) => {
      const start = performance.now();
      await push(functions[turn++ % processes]?.url ?? '', event);
      durations.push(performance.now() - start);
    };
    const families = (count: number) =>
      pMap(Array.from({ length: count }), () => family(post), { concurrency: CONCURRENCY * processes });
    await families(WARM_UP * processes);
    durations.length = 0;
    const before = proxy.calls();
    const start = performance.now();
    await families(FAMILIES);
    const seconds = (performance.now() - start) / 1_000;
    return {
      processes,
      eventsPerSecond: (FAMILIES * EVENTS) / seconds,
      medianMs: quantile(durations, 0.5),
      p95Ms: quantile(durations, 0.95),
      callsPerFamily: (proxy.calls() - before) / FAMILIES,
    };
  } finally {
    await Promise.all(functions.map((each) => each.stop()));
    await proxy.close();
    await Promise.all([spanner.stop(), pubsub.stop()]);
  }
}

/** Publishes the events of one family in order, and those of its children concurrently. */
async function family(post: (event: object) => Promise<void>): Promise<void> {
  const parent = `operations/${randomUUID()}`;
  const children = Array.from({ length: CHILDREN }, () => `operations/${randomUUID()}`);
  const created = { method: 'bench.v1.Work' };
  await post({ operation: parent, created });
  await Promise.all(children.map((operation) => post({ operation, created: { ...created, parent } })));
  await post({ operation: parent, waiting: { childOperations: children } });
  await Promise.all(children.map((operation) => post({ operation, succeeded: {} })));
  await post({ operation: parent, succeeded: {} });
}

/** Repeats the push until it is acknowledged, like Pub/Sub. */
async function push(url: string, event: object): Promise<void> {
  const data = Buffer.from(JSON.stringify({ eventId: randomUUID(), ...event })).toString('base64');
  const message = { messageId: randomUUID(), publishTime: new Date().toISOString(), data };
  for (;;) {
    const response = await fetch(`${url}/projects/${LOCATION.project}/topics/operation-lifecycle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message, subscription: 's' }),
    });
    await response.arrayBuffer();
    if (response.ok) return;
  }
}
