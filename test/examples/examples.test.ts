/** Each example on the embedded system, over HTTP, as its users run it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import gax from 'google-gax';
import { createOperations, defineOperation, type Operations } from 'lro-orchestrator';
import { testSystem } from 'lro-orchestrator/testing';
import { serve, type Worker } from 'lro-orchestrator/worker';
import protobuf from 'protobufjs';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { reportsApi } from '../../examples/api-method.ts';
import { purchase, purchaseWorker } from '../../examples/approval.ts';
import { reportsServer, services } from '../../examples/grpc/api-method.ts';
import { ledgerWorkers, startNight } from '../../examples/nightly.ts';
import { cards, flights, mail } from '../../examples/outside-world.ts';
import { report, reportWorkers } from '../../examples/report.ts';
import { trip, tripWorker } from '../../examples/trip.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let system: LocalSystem;
let lro: Operations;
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true, allowedHosts: [] });
  lro = createOperations({ url: system.url });
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
afterAll(() => system.stop());

async function served(...workers: Worker[]): Promise<void> {
  const serving = await serve(workers, { url: system.url, handleSignals: false, log: SILENT });
  cleanUp.push(() => serving.stop());
}

it('a report has the pages that could be rendered', async () => {
  await served(...reportWorkers);
  const handle = await lro.create(report, { pages: ['cover', '', 'contents'] });
  const urls = ['https://pages.example.com/cover', 'https://pages.example.com/contents'];
  expect(await handle.result()).toEqual({ urls });
});

describe('a purchase', () => {
  it('is approved by a notification', async () => {
    await served(purchaseWorker);
    const handle = await lro.create(purchase, { amount: 900, approver: 'ann@example.com' });
    await handle.notify('approval', { by: 'ann', ok: true });
    expect(await handle.result()).toEqual({ approvedBy: 'ann' });
  });

  it('expires after three days, and notifies its approver', async () => {
    const test = await testSystem({ operations: [purchaseWorker] });
    cleanUp.push(() => test.stop());
    const start = test.now();
    const handle = await test.create(purchase, { amount: 900, approver: 'bob@example.com' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(test.now() - start).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(Object.values(mail.sent).filter((text) => text.startsWith('bob'))).toHaveLength(2);
  });
});

it('a trip is booked and charged once', async () => {
  await served(tripWorker);
  const handle = await lro.create(trip, { route: 'ZRH-LIS', cents: 42_000 });
  expect(await handle.result()).toEqual({
    flight: expect.stringMatching(/^ZRH-LIS/),
    hotel: expect.stringMatching(/^ZRH-LIS/),
  });
  expect(Object.values(cards.charges)).toEqual([42_000]);
});

it('a trip whose card is refused leaves nothing behind', async () => {
  await served(tripWorker);
  const before = Object.keys(flights.booked).length;
  const charge = vi.spyOn(cards, 'charge').mockRejectedValue(new Error('refused'));
  cleanUp.push(() => charge.mockRestore());
  const dispatch = { maxTries: 2, firstBackoff: '10ms' } as const;
  const handle = await lro.create(trip, { route: 'ZRH-OSL', cents: 1 }, { dispatch });
  await expect(handle.result()).rejects.toMatchObject({ code: 'UNKNOWN' });
  expect(Object.keys(flights.booked)).toHaveLength(before);
});

it('a night settles 1,000 accounts, tolerates ten that fail, and is one operation however often it is started', async () => {
  await served(...ledgerWorkers);
  const handle = await startNight(lro, '2026-11-26');
  expect((await startNight(lro, '2026-11-26')).name).toBe(handle.name);
  const { cents, failed } = await handle.result({ timeout: '50s' });
  expect(cents).toBe(99_000);
  expect(failed).toEqual(
    Array.from({ length: 10 }, (_, index) => `account-${index}99`).toSpliced(0, 1, 'account-99'),
  );
});

it('a child of another service is waited for by its own API', async () => {
  const name = 'projects/p/locations/l/operations/1';
  let polls = 0;
  const video = createServer((request, response) => {
    const done = request.url?.endsWith('GetOperation') && ++polls > 1;
    const result = done && { done, response: { annotationResults: [{ label: 'cat' }] } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ name, ...result }));
  });
  await new Promise<void>((resolve) => video.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => video.close());
  vi.stubEnv('VIDEO_URL', `http://127.0.0.1:${(video.address() as AddressInfo).port}`);
  cleanUp.push(() => vi.unstubAllEnvs());
  const { tag, tagWorker } = await import('../../examples/video.ts');
  await served(tagWorker);
  const handle = await lro.create(tag, { uri: 'gs://videos/cat.mp4' });
  expect(await handle.result()).toEqual({ labels: ['cat'] });
});

it('an API method returns an operation, which google-gax polls', async () => {
  await served(...reportWorkers);
  const server = reportsApi(system.url).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleanUp.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const create = (body: object) =>
    fetch(`http://127.0.0.1:${port}/v1/reports`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(body),
    });
  const { name } = (await (await create({ pages: ['cover'], requestId: 'r' })).json()) as { name: string };
  expect(await (await create({ pages: ['cover'], requestId: 'r' })).json()).toEqual({ name });

  const auth = new gax.GoogleAuth({ authClient: new gax.googleAuthLibrary.PassThroughClient() });
  const at = { servicePath: '127.0.0.1', port, protocol: 'http', fallback: true };
  // As a generated client: it knows the messages of its API, of which this one has google.protobuf.Struct.
  const protoJson = protobuf.Root.fromJSON(operationsProto()).addJSON(
    protobuf.common.get('google/protobuf/struct.proto')?.nested ?? {},
  );
  const client = gax.fallback.lro({ auth, protoJson } as never).operationsClient(at);
  cleanUp.push(() => client.close());
  const poll = async () => (await client.getOperation({ name } as never))[0] as { done?: boolean };
  await until('the operation that google-gax polls', async () => (await poll()).done);

  const refused = await create({ pages: [1] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
});

it('an API method over gRPC returns an operation, which google-gax polls at the same server', async () => {
  await served(...reportWorkers);
  const server = reportsServer(system.url);
  cleanUp.push(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, at: number) => (error ? reject(error) : resolve(at));
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), bound);
  });
  const insecure = grpc.credentials.createInsecure();
  const Reports = grpc.makeGenericClientConstructor(services['example.v1.Reports'] as never, 'Reports');
  const reports = new Reports(`127.0.0.1:${port}`, insecure);
  cleanUp.push(() => reports.close());
  const create = (request: object) =>
    new Promise<{ name: string }>((resolve, reject) => {
      const answered = (error: Error | null, answer: never) => (error ? reject(error) : resolve(answer));
      reports.createReport?.(request, answered);
    });
  const { name } = await create({ pages: ['cover'], requestId: 'over-grpc' });
  expect(await create({ pages: ['cover'], requestId: 'over-grpc' })).toMatchObject({ name });

  const auth = new gax.GoogleAuth({ authClient: new gax.googleAuthLibrary.PassThroughClient() });
  const at = { servicePath: '127.0.0.1', port, sslCreds: insecure };
  const client = gax.lro({ auth }).operationsClient(at as never);
  cleanUp.push(() => client.close());
  type Polled = { done?: boolean; response?: { type_url: string } };
  const poll = async () => (await client.getOperation({ name } as never))[0] as Polled;
  const { response } = await until('the operation that google-gax polls', async () => {
    const operation = await poll();
    return operation.done && operation;
  });
  expect(response?.type_url).toBe('type.googleapis.com/google.protobuf.Struct');
  await expect(client.getOperation({ name: 'operations/nobody' } as never)).rejects.toMatchObject({
    code: 5,
  });
});

it('each is less than 60 lines', () => {
  const files = ['approval', 'report', 'trip', 'nightly', 'video', 'api-method', 'grpc/api-method']
    .map((name) => `${name}.ts`)
    .concat('python/worker.py', 'gcloud/fan-out.sh');
  for (const file of files) {
    const lines = readFileSync(join(ROOT, 'examples', file), 'utf8')
      .trimEnd()
      .split('\n').length;
    expect([file, lines < 60]).toEqual([file, true]);
  }
});

it('a worker in Python takes operations, and refuses an input without text', async () => {
  const count = defineOperation('example.v1.Words.Count', {
    input: v.object({ text: v.optional(v.string()) }),
    response: v.object({ words: v.number() }),
  });
  const env = { ...process.env, OPERATIONS_URL: system.url };
  const python = spawn('python3', ['examples/python/worker.py'], { cwd: ROOT, env, stdio: 'inherit' });
  cleanUp.push(() => ended(python));
  const handle = await lro.create(count, { text: 'one two three' });
  expect(await handle.result({ timeout: '40s' })).toEqual({ words: 3 });
  await expect((await lro.create(count, {})).result({ timeout: '40s' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

it('a fan-out is played with bash and curl', async () => {
  const env = { ...process.env, OPERATIONS_URL: system.url, PROJECT_ID: '' };
  const { stdout } = await promisify(execFile)('bash', ['examples/gcloud/fan-out.sh'], { cwd: ROOT, env });
  expect(stdout).toContain('waits for its children');
  expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({
    done: true,
    response: { value: { pages: 2 } },
  });
});

/** The file is not among the package's exports. */
function operationsProto() {
  const gaxFolder = dirname(createRequire(import.meta.url).resolve('google-gax'));
  return JSON.parse(readFileSync(join(gaxFolder, '../protos/operations.json'), 'utf8'));
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
