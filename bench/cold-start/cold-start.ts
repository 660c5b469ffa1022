/**
 * Measures the cold start of each function: from the start of its process to its first answer with status 200, on the emulators.
 * The functions are built from the upload as in Cloud Build, and compared with empty functions that have the same client
 * libraries. All take turns, and the fastest round of each counts, because other load only makes a start slower.
 *
 * All run on the Node of the runtime that deploy.sh asks for.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startEmulators } from '../../local/emulators/emulators.ts';
import { createTopology } from '../../local/emulators/pubsub.ts';
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
  const { spanner, pubsub } = await startEmulators();
  if (!spanner || !pubsub) {
    console.log('left out: it needs the Spanner and Pub/Sub emulators of gcloud');
    return;
  }
  const node = await runtimeNode();
  const upload = await buildPackedUpload({ node });
  const empty = { imports: await writeEmptyFunction('imports'), read: await writeEmptyFunction('read') };
  try {
    process.env.SPANNER_EMULATOR_HOST = spanner.host;
    await applySchema(LOCATION);
    const topology = localTopology();
    const target = { host: pubsub.host, project: LOCATION.project, topology, pushEndpoint: () => NOWHERE };
    await createTopology(target);
    await printSize(upload);
    report(await measure({ node, upload, empty }, environment(spanner.host, pubsub.host)));
  } finally {
    const folders = [upload, ...Object.values(empty)];
    await Promise.all([
      spanner.stop(),
      pubsub.stop(),
      ...folders.map((each) => rm(each, { recursive: true })),
    ]);
  }
}

interface Built {
  readonly node: string;
  readonly upload: string;
  readonly empty: Readonly<Record<'imports' | 'read', string>>;
}

async function measure({ node, upload, empty }: Built, env: Readonly<Record<string, string>>) {
  const arms: Readonly<Record<string, readonly [source: string, target: string, call: FirstCall]>> = {
    'empty, imports': [empty.imports, 'empty', { path: '/', body: {} }],
    'empty, one read': [empty.read, 'empty', { path: '/', body: {} }],
    'on-lifecycle-event': [upload, 'on-lifecycle-event', lifecycleEvent()],
    operations: [upload, 'operations', { path: GET_OPERATION, body: { name: 'operations/one' } }],
    resume: [upload, 'resume', { path: '/', body: {}, headers: { 'x-alis-operation-id': 'one' } }],
    sweep: [upload, 'sweep', { path: '/', body: {} }],
  };
  // The operation that the calls read.
  await startTime(upload, 'on-lifecycle-event', env, lifecycleEvent(), node);
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [source, target, call]] of Object.entries(arms)) {
      const time = await startTime(source, target, env, call, node);
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

/** Returns Node 22. npm has it as a package, for machines with an older version. */
async function runtimeNode(): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const args = ['--yes', '--package=node@22', 'node', '--print', 'process.execPath'];
  const { stdout } = await promisify(execFile)('npx', args);
  return stdout.trim();
}

/** Prints the size of the upload, and the size of the compiled files that a start reads. */
async function printSize(upload: string): Promise<void> {
  const folder = join(upload, 'dist/functions');
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (file) => [
      file,
      Math.round((await stat(join(folder, file))).size / 1024),
    ]),
  );
  const { stdout } = await promisify(execFile)('du', ['-sm', upload]);
  console.log(`deployed: ${stdout.split('\t')[0]} MiB`);
  printTable(['file', 'KiB'], sizes);
}

function environment(spanner: string, pubsub: string): Readonly<Record<string, string>> {
  return {
    SPANNER_EMULATOR_HOST: spanner,
    PUBSUB_EMULATOR_HOST: pubsub,
    // Settings for the emulator, which the functions get from shared/spanner/emulator.ts.
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
