/** The Operations API with a policy, over HTTP and gRPC. */
import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../shared/access/access.ts';
import { readPolicy } from '../../shared/access/policy-file.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { grpcOperations } from '../../shared/operations-api/grpc.ts';
import { METHODS } from '../../shared/operations-api/methods/all.ts';
import { type ApiUnderTest, startApi } from '../operations-api/api-under-test.ts';
import { type Answer, DescribedApi } from '../operations-api/described-api.ts';
import { bearer, identity, token } from './tokens.ts';

const ADMIN = 'admin@example.com';
const A = 'a@p.iam.gserviceaccount.com';
const READER = 'reader@example.com';
const POLICY = {
  bindings: [
    { members: [`user:${ADMIN}`], action: 'administer' },
    { members: [`serviceAccount:${A}`], action: 'act', prefix: 'a-' },
    { members: [`user:${READER}`], action: 'read', labels: { team: 'a' } },
  ],
};
const gate = { access: readPolicy(Buffer.from(JSON.stringify(POLICY))), identity: identity() };

let server: ApiUnderTest;
let api: DescribedApi;
const logged: object[] = [];

beforeAll(async () => {
  server = await startApi({ maxWaitMs: 100, gate });
  Object.assign(server.orchestrator.log, { warn: (fields: object) => logged.push(fields) });
  api = await DescribedApi.at(server.url, bearer(token({ email: ADMIN })));
  const create = (name: OperationName, labels: Record<string, string>) =>
    server.orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels } });
  await create('operations/a-1', {});
  await create('operations/a-2', { team: 'a' });
  await create('operations/b-1', { team: 'b' });
  await create('operations/b-2', { team: 'a' });
});
afterAll(() => server.stop());
beforeEach(() => {
  logged.length = 0;
});

const call = (email: string, method: string, path: string, body?: object) =>
  api.call(method, path, body, bearer(token({ email })));
const codes = ({ status, body }: Answer) => [status, body?.error?.status];
const DENIED = [403, 'PERMISSION_DENIED'];

describe('over HTTP', () => {
  it.each([
    ['GET', '/v1/operations', undefined],
    ['GET', '/v1/operations/a-1', undefined],
    ['DELETE', '/v1/operations/a-1', undefined],
    ['POST', '/v1/operations/a-1:cancel', {}],
    ['POST', '/google.longrunning.Operations/GetOperation', { name: 'operations/a-1' }],
    ['GET', '/openapi.json', undefined],
  ])('%s %s needs a token', async (method, path, body) => {
    const answer = await api.call(method, path, body, { authorization: '' });
    expect(codes(answer)).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each([
    ['GET', '/v1/operations/b-1', undefined],
    ['GET', '/v1/operations/b-1:inspect', undefined],
    ['GET', '/v1/operations/b-nobody', undefined],
    ['POST', '/v1/operations/b-1:wait', {}],
    ['POST', '/v1/operations/b-1:cancel', {}],
    ['POST', '/google.longrunning.Operations/GetOperation', { name: 'operations/b-1' }],
    ['POST', '/v1/operations', { operationId: 'b-new' }],
    ['POST', '/v1/operations', {}],
    ['POST', '/v1/operations', { operationId: 'a-new', parent: 'operations/b-1' }],
    ['DELETE', '/v1/operations/a-1', undefined],
    ['GET', '/v1/operations/a-1:export', undefined],
    ['POST', '/v1/operations/a-1:erase', {}],
  ])(
    '%s %s is denied to a caller of the prefix a- with %j, and logged without the body',
    async (method, path, body) => {
      expect(codes(await call(A, method, path, body))).toEqual(DENIED);
      expect(logged).toEqual([expect.objectContaining({ caller: A })]);
      expect(JSON.stringify(logged)).not.toContain('eyJ');
    },
  );

  it('allows the caller the granted calls', async () => {
    expect((await call(A, 'GET', '/v1/operations/a-1')).status).toBe(200);
    expect(codes(await call(A, 'GET', '/v1/operations/a-nobody'))).toEqual([404, 'NOT_FOUND']);
    expect(
      (await call(A, 'POST', '/v1/operations', { operationId: 'a-made', parent: 'operations/a-1' })).status,
    ).toBe(200);
    expect((await call(A, 'POST', '/v1/operations/a-made:cancel', {})).status).toBe(200);
    expect(logged).toEqual([]);
  });

  it('lists what the caller may see, page by page, and nothing else', async () => {
    const names = async (email: string, query = '') => {
      const found: string[] = [];
      for (let token = ''; ; ) {
        const { body } = await call(email, 'GET', `/v1/operations?pageSize=1&pageToken=${token}${query}`);
        found.push(...(body.operations ?? []).map(({ name }: { name: string }) => name));
        token = body.nextPageToken;
        if (!token) return found.sort();
      }
    };
    expect(await names(READER)).toEqual(['operations/a-2', 'operations/b-2']);
    expect(await names(A)).toEqual(['operations/a-1', 'operations/a-2', 'operations/a-made']);
    expect(
      await names(
        READER,
        `&filter=${encodeURIComponent('name = "operations/a-1" OR name = "operations/b-2"')}`,
      ),
    ).toEqual(['operations/b-2']);
    expect(codes(await call('nobody@example.com', 'GET', '/v1/operations'))).toEqual(DENIED);
  });

  it('goes by the labels that the operation has', async () => {
    expect((await call(READER, 'GET', '/v1/operations/b-2')).status).toBe(200);
    expect(codes(await call(READER, 'GET', '/v1/operations/b-1'))).toEqual(DENIED);
    expect(codes(await call(READER, 'POST', '/v1/operations/b-2:cancel', {}))).toEqual(DENIED);
  });
});

it('asks for the action that each method needs, on the operation that the call is about or on many', async () => {
  let asked = '';
  const access: Access = {
    authorize(_, action, operation) {
      asked = `${action} ${operation ? (operation.name ?? 'a new one') : 'many'}`;
      return false;
    },
  };
  const guarded = await startApi({ gate: { access, identity: identity() } });
  const bodies: Readonly<Record<string, object>> = {
    '/google.longrunning.Operations/GetOperation': { name: 'operations/x' },
    '/v1/operations:batch': { calls: [{ heartbeat: { name: 'operations/x' } }] },
  };
  const found = new Map<string, string>();
  for (const { http, path } of METHODS) {
    asked = 'nothing';
    const headers = { ...bearer(token()), 'content-type': 'application/json' };
    const body = http === 'POST' ? JSON.stringify(bodies[path] ?? {}) : undefined;
    await fetch(guarded.url + path.replace('{operation}', 'x'), { method: http, headers, body });
    found.set(`${http} ${path}`, asked);
  }
  await guarded.stop();
  const one = '/v1/operations/{operation}';
  expect(Object.fromEntries(found)).toEqual({
    'GET /v1/operations': 'read many',
    'GET /v1/operations:watch': 'read many',
    'GET /v1/operations:statistics': 'read many',
    'GET /openapi.json': 'read many',
    [`GET ${one}`]: 'read operations/x',
    'POST /google.longrunning.Operations/GetOperation': 'read operations/x',
    [`POST ${one}:wait`]: 'read operations/x',
    [`GET ${one}:inspect`]: 'read operations/x',
    [`GET ${one}:explain`]: 'read operations/x',
    [`GET ${one}:watch`]: 'read operations/x',
    [`GET ${one}/children`]: 'read operations/x',
    'POST /v1/operations': 'act a new one',
    'POST /v1/operations:batch': 'act operations/x',
    [`POST ${one}:cancel`]: 'act operations/x',
    [`POST ${one}:heartbeat`]: 'act operations/x',
    [`POST ${one}:apply`]: 'act operations/x',
    [`POST ${one}:notify`]: 'act operations/x',
    [`POST ${one}:rerun`]: 'act operations/x',
    [`DELETE ${one}`]: 'administer operations/x',
    [`POST ${one}:erase`]: 'administer operations/x',
    [`GET ${one}:export`]: 'administer operations/x',
    'POST /v1/operations:cancel': 'administer many',
    'POST /v1/operations:delete': 'administer many',
    'POST /v1/operations:rerun': 'administer many',
  });
});

describe('over gRPC', () => {
  it('asks for the same', async () => {
    const { definition, implementation } = grpcOperations(async () => server.orchestrator, { gate });
    const grpc = new Server();
    grpc.addService(definition, implementation);
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, at: number) => (error ? reject(error) : resolve(at));
      grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    const Client = makeGenericClientConstructor(definition, 'Operations');
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const codeOf = (method: string, request: object, email?: string) => {
      const metadata = new Metadata();
      if (email) metadata.set('authorization', `Bearer ${token({ email })}`);
      return new Promise<number>((resolve) => {
        client[method]?.(request, metadata, (error: { code: number } | null) => resolve(error?.code ?? 0));
      });
    };
    expect(await codeOf('getOperation', { name: 'operations/a-1' })).toBe(16);
    expect(await codeOf('getOperation', { name: 'operations/a-1' }, A)).toBe(0);
    expect(await codeOf('getOperation', { name: 'operations/b-1' }, A)).toBe(7);
    expect(await codeOf('cancelOperation', { name: 'operations/b-1' }, A)).toBe(7);
    expect(await codeOf('deleteOperation', { name: 'operations/a-1' }, A)).toBe(7);
    expect(await codeOf('waitOperation', { name: 'operations/b-1' }, A)).toBe(7);
    expect(await codeOf('listOperations', {}, 'nobody@example.com')).toBe(7);
    expect(await codeOf('deleteOperation', { name: 'operations/b-1' }, ADMIN)).toBe(0);
    client.close();
    grpc.forceShutdown();
  });
});

describe('limits by caller', () => {
  it('refuse the calls beyond', async () => {
    const limited = await startApi({
      gate: { identity: identity(), callerLimits: { requestsPerSecond: 2 } },
    });
    const url = `${limited.url}/v1/operations`;
    const headers = bearer(token({ email: A }));
    const statuses: number[] = [];
    let retryAfter: string | null = null;
    for (let index = 0; index < 8; index++) {
      const response = await fetch(url, { headers });
      statuses.push(response.status);
      retryAfter ??= response.headers.get('retry-after');
      if (response.status === 429)
        expect(await response.json()).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED' } });
    }
    expect(statuses).toContain(429);
    expect(retryAfter).toBe('1');
    expect((await fetch(url, { headers: bearer(token({ email: ADMIN })) })).status).toBe(200);
    await limited.stop();
  });

  it('name the time after which the caller has a call left', async () => {
    const limited = await startApi({
      gate: { identity: identity(), callerLimits: { requestsPerSecond: 0.001 } },
    });
    const list = () => fetch(`${limited.url}/v1/operations`, { headers: bearer(token({ email: A })) });
    expect((await list()).status).toBe(200);
    // 1,000 s, less what has passed since the first call.
    expect(Number((await list()).headers.get('retry-after'))).toBeGreaterThan(500);
    await limited.stop();
  });

  it('hold as many calls of a caller as they allow, and answer the others at once', async () => {
    const limited = await startApi({ gate: { identity: identity(), callerLimits: { heldCalls: 1 } } });
    // The second operation shows that the first call no longer counts once it is answered.
    for (const name of ['operations/c-1', 'operations/c-2'] as const) {
      await limited.orchestrator.happens(name, {
        type: 'created',
        creation: { method: 'm', labels: {} },
      });
      const wait = async (email: string): Promise<boolean> => {
        const headers = { ...bearer(token({ email })), 'content-type': 'application/json' };
        const body = '{"timeout":"30s"}';
        const answer = await fetch(`${limited.url}/v1/${name}:wait`, { method: 'POST', headers, body });
        return ((await answer.json()) as { done?: boolean }).done === true;
      };
      const ofCaller = [wait(A), wait(A)];
      const others = [wait(ADMIN)];
      expect(await Promise.race([...ofCaller, ...others])).toBe(false);
      await limited.orchestrator.happens(name, { type: 'cancelled' });
      expect((await Promise.all(ofCaller)).toSorted()).toEqual([false, true]);
      expect(await Promise.all(others)).toEqual([true]);
    }
    await limited.stop();
  });
});
