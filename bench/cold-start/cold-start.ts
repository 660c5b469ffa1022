/**
 * Cold start of each function, from the upload as Cloud Build builds it: from the start of its process to its first 200,
 * against the emulators, beside empty functions with the same client libraries. The arms take turns. The fastest of the
 * rounds counts: whatever else the machine does only adds to a start.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { createTopology, startPubSubEmulator } from '../../local/emulators/pubsub.ts';
import { startSpannerEmulator } from '../../local/emulators/spanner.ts';
import { localTopology } from '../../shared/pubsub/topology.ts';
import { applySchema } from '../../shared/spanner/schema.ts';
import { printTable } from '../table.ts';
import { writeEmptyFunction } from './empty-function.ts';
import { type FirstCall, startTime } from './first-call.ts';
import { buildPackedUpload } from './packed-upload.ts';

const ROUNDS = 9;
const NOWHERE = 'http://127.0.0.1:9';
const LOCATION = { project: 'cold-start', instance: 'lro', database: 'lro' };

export async function run(): Promise<void> {
  const [spanner, pubsub] = await Promise.all([startSpannerEmulator(), startPubSubEmulator()]);
  if (!spanner || !pubsub) {
    console.log('left out: it needs the Spanner and Pub/Sub emulators of gcloud');
    return;
  }
  const upload = await buildPackedUpload();
  try {
    process.env.SPANNER_EMULATOR_HOST = spanner.host;
    await applySchema(LOCATION);
    const topology = localTopology();
    const target = { host: pubsub.host, project: LOCATION.project, topology, pushEndpoint: () => NOWHERE };
    await createTopology(target);
    report(await measure(upload, environment(spanner.host, pubsub.host)));
  } finally {
    await Promise.all([spanner.stop(), pubsub.stop(), rm(upload, { recursive: true })]);
  }
}

async function measure(upload: string, env: Readonly<Record<string, string>>) {
  const arms: Readonly<Record<string, readonly [source: string, target: string, call: FirstCall]>> = {
    'empty, imports': [await writeEmptyFunction(upload, 'imports'), 'empty', { path: '/', body: {} }],
    'empty, one read': [await writeEmptyFunction(upload, 'read'), 'empty', { path: '/', body: {} }],
    'on-lifecycle-event': [upload, 'on-lifecycle-event', lifecycleEvent()],
    operations: [upload, 'operations', { path: GET_OPERATION, body: { name: 'operations/one' } }],
    resume: [upload, 'resume', { path: '/', body: {}, headers: { 'x-alis-operation-id': 'one' } }],
    sweep: [upload, 'sweep', { path: '/', body: {} }],
  };
  // The operation that the others ask for.
  await startTime(upload, 'on-lifecycle-event', env, lifecycleEvent());
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [source, target, call]] of Object.entries(arms)) {
      const time = await startTime(source, target, env, call, upload);
      best.set(name, Math.min(time, best.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return best;
}

const GET_OPERATION = '/google.longrunning.Operations/GetOperation';

function lifecycleEvent(): FirstCall {
  const data = Buffer.from(JSON.stringify({ operation: 'operations/one', created: {} })).toString('base64');
  return {
    path: '/',
    body: {
      message: { messageId: randomUUID(), publishTime: new Date().toISOString(), data },
      subscription: 's',
    },
    headers: {
      'ce-id': randomUUID(),
      'ce-source': '//pubsub.googleapis.com/projects/cold-start/topics/operation-lifecycle',
      'ce-specversion': '1.0',
      'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
    },
  };
}

function environment(spanner: string, pubsub: string): Readonly<Record<string, string>> {
  return {
    SPANNER_EMULATOR_HOST: spanner,
    PUBSUB_EMULATOR_HOST: pubsub,
    // Of the emulator: see shared/spanner/emulator.ts, which the empty function does not have.
    GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS: 'false',
    GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW: 'false',
    METADATA_SERVER_DETECTION: 'none',
    PROJECT_ID: LOCATION.project,
    SPANNER_INSTANCE: LOCATION.instance,
    SPANNER_DATABASE: LOCATION.database,
    RESUME_URL: NOWHERE,
    WORKFLOWS_ENDPOINT: NOWHERE,
    LOG_LEVEL: 'silent',
  };
}

function report(best: ReadonlyMap<string, number>): void {
  const of = (name: string) => best.get(name) ?? Number.NaN;
  const ratio = (time: number, to: string) => (time / of(to)).toFixed(2);
  const rows = [...best].map(([name, time]) => [
    name,
    Math.round(time),
    ratio(time, 'empty, imports'),
    ratio(time, 'empty, one read'),
  ]);
  printTable(['function', 'ms to the first 200', 'to the empty one', 'to the one with a read'], rows);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await run();
