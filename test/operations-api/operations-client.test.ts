/** The unmodified client of google-gax, over gRPC and over REST. */
import { randomUUID } from 'node:crypto';
import { credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import gax from 'google-gax';
import type { Message } from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { schema } from '../../shared/messages/schema.ts';
import { grpcOperations } from '../../shared/operations-api/grpc.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

/** One of the few types that the client knows over REST. */
const duration = schema.lookupType('google.protobuf.Duration');
const seconds = (count: number) => ({
  typeUrl: 'type.googleapis.com/google.protobuf.Duration',
  value: duration.encode({ seconds: count }).finish(),
});
const decoded = (bytes: Parameters<typeof duration.decode>[0]) => duration.decode(bytes);
const json = (message: object | undefined | null) =>
  message && duration.toObject(message as Message, { longs: Number });

let api: ApiUnderTest;
let grpcServer: Server;
let grpcPort: number;

beforeAll(async () => {
  api = await startApi();
  grpcServer = new Server();
  const { definition, implementation } = grpcOperations(async () => api.orchestrator);
  grpcServer.addService(definition, implementation);
  grpcPort = await new Promise<number>((resolve, reject) => {
    grpcServer.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
});

afterAll(async () => {
  grpcServer.forceShutdown();
  await api.stop();
});

const auth = new gax.GoogleAuth({ authClient: new gax.googleAuthLibrary.PassThroughClient() });

/** What the client takes and gives: its own declarations ask for classes, and know nothing of pages. */
interface Client {
  getOperation(request: { name: string }): Promise<[OperationMessage]>;
  listOperations(
    request: ListRequest,
    options?: { autoPaginate: boolean },
  ): Promise<[OperationMessage[], ListRequest | null, { operations: OperationMessage[] }]>;
  listOperationsAsync(request: ListRequest): AsyncIterable<OperationMessage>;
  cancelOperation(request: { name: string }): Promise<unknown>;
  deleteOperation(request: { name: string }): Promise<unknown>;
}
type OperationMessage = { name: string; done: boolean; metadata?: { type_url: string } };
type ListRequest = { name: string; filter?: string; pageSize?: number; pageToken?: string };

interface Variant {
  readonly protocol: string;
  /** What errors have for a code: over REST this version of the client leaves the HTTP status there. */
  readonly codes: { readonly invalid: number; readonly notFound: number };
  /** The error for `operations/nobody`, as far as the client understands it. */
  readonly unknown: object;
  readonly build: () => InstanceType<typeof gax.OperationsClient>;
}

const VARIANTS: readonly Variant[] = [
  {
    protocol: 'gRPC',
    codes: { invalid: 3, notFound: 5 },
    unknown: {
      ...{ code: 5, reason: 'OPERATION_NOT_FOUND', domain: 'lro-orchestrator' },
      errorInfoMetadata: { operation: 'operations/nobody' },
    },
    build: () => {
      const at = { servicePath: '127.0.0.1', port: grpcPort };
      return gax.lro({ auth }).operationsClient({ ...at, sslCreds: credentials.createInsecure() });
    },
  },
  {
    protocol: 'REST',
    codes: { invalid: 400, notFound: 404 },
    unknown: { code: 404, message: expect.stringContaining('OPERATION_NOT_FOUND') },
    build: () => {
      const at = { servicePath: '127.0.0.1', port: api.port, protocol: 'http' };
      return gax.fallback.lro({ auth }).operationsClient({ ...at, fallback: true });
    },
  },
];

describe.each(VARIANTS)('OperationsClient over $protocol', ({ build, codes, unknown }) => {
  let built: ReturnType<Variant['build']>;
  let client: Client;
  beforeAll(() => {
    built = build();
    client = built as unknown as Client;
  });
  afterAll(() => built.close());

  /** A new operation of a method that no other has. */
  async function begin(count = 1) {
    const method = `example.v1.${randomUUID()}`;
    const names = Array.from({ length: count }, () => operationName(`op.~${randomUUID()}`));
    for (const name of names) {
      const creation = { method, labels: {} };
      await api.orchestrator.happens(name, { type: 'created', creation, metadata: seconds(7) });
    }
    return { name: names[0] ?? operationName('none'), method, names };
  }

  it('gets one', async () => {
    const { name } = await begin();
    const [operation] = await client.getOperation({ name });
    expect(operation).toMatchObject({ name, done: false });
    expect(operation.metadata?.type_url).toMatch(/Duration$/);
    await expect(client.getOperation({ name: 'operations/-' })).rejects.toMatchObject({
      code: codes.invalid,
    });
    await expect(client.getOperation({ name: 'operations/nobody' })).rejects.toMatchObject(unknown);
  });

  it('lists across pages', async () => {
    const { method, names } = await begin(7);
    const request = { name: 'operations', filter: `method = "${method}"`, pageSize: 3 };
    const [all] = await client.listOperations(request);
    expect(all.map(({ name }) => name).sort()).toEqual([...names].sort());
    const seen: string[] = [];
    for await (const { name } of client.listOperationsAsync(request)) seen.push(name);
    expect(seen).toEqual(all.map(({ name }) => name));
    const [, next, first] = await client.listOperations(request, { autoPaginate: false });
    expect(first?.operations).toHaveLength(3);
    expect(next?.pageToken).toBeTruthy();
    const foreign = { ...request, filter: 'done = true', pageToken: next?.pageToken };
    await expect(client.listOperations(foreign, { autoPaginate: false })).rejects.toMatchObject({
      code: codes.invalid,
    });
    await expect(client.listOperations({ name: 'operations', filter: 'x =' })).rejects.toMatchObject({
      code: codes.invalid,
      message: expect.stringContaining('at position'),
    });
  });

  it('cancels, again as well, and the terminal too', async () => {
    const { name } = await begin();
    await client.cancelOperation({ name });
    await client.cancelOperation({ name });
    const signals = api.orchestrator.told.signals.filter(({ operation }) => operation === name);
    expect(signals.map(({ kind }) => kind)).toEqual(['CANCEL']);
    await api.orchestrator.happens(name, { type: 'cancelled' });
    await client.cancelOperation({ name });
    const [operation] = await client.getOperation({ name });
    expect(operation).toMatchObject({ done: true, error: { code: 1 } });
    const nobody = { name: 'operations/nobody' };
    await expect(client.cancelOperation(nobody)).rejects.toMatchObject({ code: codes.notFound });
    await expect(client.getOperation(nobody)).rejects.toMatchObject({ code: codes.notFound });
  });

  it('deletes', async () => {
    const { name } = await begin();
    await client.deleteOperation({ name });
    await expect(client.getOperation({ name })).rejects.toMatchObject({ code: codes.notFound });
    await expect(client.deleteOperation({ name })).rejects.toMatchObject({ code: codes.notFound });
  });

  const polled = async (name: string) => {
    const [operation] = await client.getOperation({ name });
    const descriptor = new gax.LongrunningDescriptor(built, decoded, decoded);
    const backoff = gax.createBackoffSettings(5, 1.3, 50, null, null, null, 20_000);
    type Polled = Parameters<typeof gax.operation>[0];
    return gax.operation(operation as Polled, descriptor, backoff);
  };

  it('polls to completion', async () => {
    const { name } = await begin();
    const operation = await polled(name);
    const result = operation.promise();
    const progress = new Promise<unknown>((resolve) => operation.once('progress', resolve));
    await api.orchestrator.happens(name, { type: 'progressed', metadata: seconds(8) });
    expect(json((await progress) as object)).toEqual({ seconds: 8 });
    await api.orchestrator.happens(name, { type: 'succeeded', response: seconds(42) });
    const [response] = (await result) as unknown[];
    expect(json(response as object)).toEqual({ seconds: 42 });
    expect(operation.latestResponse.done).toBe(true);
  });

  it('polls to failure', async () => {
    const { name } = await begin();
    const operation = await polled(name);
    const result = operation.promise();
    const error = { code: 9, message: 'the disk is full', details: [] };
    await api.orchestrator.happens(name, { type: 'failed', error });
    await expect(result).rejects.toMatchObject({
      code: 9,
      message: expect.stringContaining('the disk is full'),
    });
  });
});
