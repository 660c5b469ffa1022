/** What google-gax's client does not reach: WaitOperation, deadlines, bytes that are no message. */
import { credentials, makeGenericClientConstructor, Server, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { fromMillis } from '../../shared/messages/time.ts';
import { grpcOperations } from '../../shared/operations-api/grpc.ts';
import { timeLeft } from '../../shared/operations-api/wait-timeout.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { type OrchestratorUnderTest, orchestratorOn } from './api-under-test.ts';

const NAME = 'operations/over-grpc';

let store: OperationStore;
let orchestrator: OrchestratorUnderTest;
let server: Server;
let client: InstanceType<ReturnType<typeof makeGenericClientConstructor>>;

beforeAll(async () => {
  store = await openSqliteStore();
  orchestrator = orchestratorOn(store);
  await orchestrator.happens(NAME, { type: 'created', creation: { method: 'm', labels: {} } });
  const { definition, implementation } = grpcOperations(async () => orchestrator, { maxWaitMs: 600_000 });
  server = new Server();
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, at: number) => (error ? reject(error) : resolve(at));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  const Client = makeGenericClientConstructor(definition, 'Operations');
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  server.forceShutdown();
  await store.close();
});

function call(method: string, request: object): Promise<object> {
  return new Promise((resolve, reject) => {
    const answered = (error: Error | null, answer: object) => (error ? reject(error) : resolve(answer));
    client[method]?.(request, {}, answered);
  });
}

it('waits until the timeout', async () => {
  const answer = await call('waitOperation', { name: NAME, timeout: fromMillis(1) });
  expect(answer).toMatchObject({ name: NAME });
});

it('leaves time for the answer before the deadline of the call', () => {
  expect(timeLeft(Number.POSITIVE_INFINITY, 1_000)).toBe(Number.POSITIVE_INFINITY);
  expect(timeLeft(new Date(10_000), 1_000)).toBeLessThan(9_000);
  expect(timeLeft(1_100, 1_000)).toBe(0);
});

it('says with RESOURCE_EXHAUSTED that an operation is larger than its clients take', async () => {
  const name = 'operations/large';
  const payload = { typeUrl: 'example.com/some.Type', value: Buffer.alloc(2.5 * 1024 * 1024) };
  await orchestrator.happens(name, {
    type: 'created',
    creation: { method: 'm', labels: {} },
    metadata: payload,
  });
  await orchestrator.happens(name, { type: 'succeeded', response: payload });
  const refusal = { code: 8, details: expect.stringContaining('read it over HTTP') };
  await expect(call('getOperation', { name })).rejects.toMatchObject(refusal);
  await expect(call('waitOperation', { name })).rejects.toMatchObject(refusal);
  await expect(call('listOperations', {})).rejects.toMatchObject(refusal);
  const others = await call('listOperations', { filter: 'done = false' });
  expect(others).toMatchObject({ operations: [{ name: NAME }] });
});

it('stops to wait when the call is cancelled', async () => {
  const failed = new Promise<{ code: number }>((resolve) => {
    const waiting = client.waitOperation?.({ name: NAME }, {}, resolve) as unknown as { cancel(): void };
    setImmediate(() => waiting.cancel());
  });
  expect((await failed).code).toBe(1);
});

it.each([
  ['getOperation', { name: 'nobody' }],
  ['getOperation', {}],
  ['waitOperation', { name: NAME, timeout: fromMillis(-1_000) }],
  ['listOperations', { pageSize: -1 }],
  ['listOperations', { filter: 'state =' }],
  ['listOperations', { name: 'projects/p' }],
  ['listOperations', { pageToken: 'x' }],
  ['cancelOperation', { name: `operations/${'a'.repeat(200)}` }],
  ['deleteOperation', { name: 'operations/../x' }],
])('refuses %s %j', async (method, request) => {
  await expect(call(method, request)).rejects.toMatchObject({ code: 3 });
});

it.each([
  ['that are no message', [0xff, 0xff, 0xff]],
  ['with a name that is not UTF-8', [0x0a, 0x03, 0xed, 0xa0, 0x80]],
])('refuses bytes %s', async (_, request) => {
  const failed = new Promise<{ code: number } | null>((resolve) => {
    const path = '/google.longrunning.Operations/GetOperation';
    const bytes = (value: Buffer) => value;
    client.makeUnaryRequest(path, bytes, bytes, Buffer.from(request), resolve);
  });
  expect((await failed)?.code).toBe(3);
});
