import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { type ApiUnderTest, startApi, waitingFor } from './api-under-test.ts';
import { type Answer, DescribedApi } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi({ maxWaitMs: 400 });
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const EMPTY = { typeUrl: 'type.googleapis.com/google.protobuf.Empty', value: new Uint8Array() };

async function create(fields: object = {}): Promise<OperationName> {
  const { body } = await api.call('POST', '/v1/operations', { operationId: randomUUID(), ...fields });
  return body.name;
}

const at = (name: OperationName, verb = '') => `/v1/operations/${operationId(name)}${verb}`;
const status = ({ status, body }: Answer) => [status, body.error.status];

describe('create', () => {
  it('returns an operation that can be polled', async () => {
    const metadata = { '@type': STRUCT, value: { step: 1, nested: { list: [null, true, 'x'] } } };
    const created = await api.call('POST', '/v1/operations', { operationId: 'made', method: 'm', metadata });
    expect(created).toMatchObject({ status: 200, body: { name: 'operations/made', metadata } });
    expect((await api.call('GET', '/v1/operations/made')).body).toEqual(created.body);
  });

  it('answers ALREADY_EXISTS for an id that is taken, and the same operation for the same requestId', async () => {
    const request = { operationId: randomUUID(), requestId: randomUUID() };
    const first = await api.call('POST', '/v1/operations', request);
    expect((await api.call('POST', '/v1/operations', request)).body).toEqual(first.body);
    const other = await api.call('POST', '/v1/operations', { operationId: request.operationId });
    expect(status(other)).toEqual([409, 'ALREADY_EXISTS']);
    expect(other.body.error.details[1]).toMatchObject({ resourceName: first.body.name });
    const chosen = { requestId: randomUUID() };
    const { body } = await api.call('POST', '/v1/operations', chosen);
    expect((await api.call('POST', '/v1/operations', chosen)).body).toEqual(body);
  });

  it('does not reuse the name of a deleted operation', async () => {
    const request = { operationId: randomUUID(), requestId: randomUUID() };
    const { body } = await api.call('POST', '/v1/operations', request);
    await api.call('DELETE', at(body.name));
    for (const again of [request, { operationId: request.operationId }]) {
      expect(status(await api.call('POST', '/v1/operations', again))).toEqual([409, 'ALREADY_EXISTS']);
    }
  });
});

describe('get', () => {
  it('finds it by id and by its whole name, encoded or not', async () => {
    const name = await create({ operationId: `a.b_~-${randomUUID()}` });
    const id = operationId(name);
    for (const path of [
      id,
      `operations%2F${id}`,
      `operations%2f${id}`,
      `operations/${id}`,
      encodeURIComponent(id),
    ]) {
      expect((await api.call('GET', `/v1/operations/${path}`)).body).toEqual({ name });
    }
    expect((await api.call('GET', `/v1/operations%2F${id}`)).body).toEqual({ name });
    const rpc = await api.call('POST', '/google.longrunning.Operations/GetOperation', { name });
    expect(rpc.body).toEqual({ name });
  });

  it('has exactly one of response and error once it is done', async () => {
    const succeeded = await create();
    await server.orchestrator.happens(succeeded, { type: 'succeeded', response: EMPTY });
    expect((await api.call('GET', at(succeeded))).body).toEqual({
      ...{ name: succeeded, done: true },
      response: { '@type': EMPTY.typeUrl },
    });
    const failed = await create();
    const unknown = { typeUrl: 'type.example.com/nobodys.Type', value: Buffer.from([1, 2, 255]) };
    const error = { code: 9, message: 'full', details: [unknown] };
    await server.orchestrator.happens(failed, { type: 'failed', error });
    expect((await api.call('GET', at(failed))).body).toEqual({
      ...{ name: failed, done: true },
      error: { code: 9, message: 'full', details: [{ '@type': unknown.typeUrl, value: 'AQL/' }] },
    });
  });

  it('answers in part, indented, or without the body', async () => {
    const name = await create({ metadata: { '@type': STRUCT, value: { a: 1, b: 2 } } });
    const part = await api.call('GET', `${at(name)}?fields=name,metadata/value(a)`);
    expect(part.body).toEqual({ name, metadata: { value: { a: 1 } } });
    const response = await fetch(`${server.url}${at(name)}?prettyPrint=true&$alt=json;enum-encoding=int`);
    expect(await response.text()).toContain(`{\n  "name": "${name}"`);
    const head = await fetch(server.url + at(name), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10);
  });

  it('answers NOT_FOUND for what does not exist', async () => {
    const answer = await api.call('GET', '/v1/operations/nobody');
    expect(status(answer)).toEqual([404, 'NOT_FOUND']);
    expect(answer.body.error.details).toEqual([
      {
        ...{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'OPERATION_NOT_FOUND' },
        ...{ domain: 'lro-orchestrator', metadata: { operation: 'operations/nobody' } },
      },
      {
        '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
        ...{ resourceType: 'google.longrunning.Operation', resourceName: 'operations/nobody' },
        description: 'operations/nobody does not exist',
      },
    ]);
  });
});

describe('list', () => {
  it('is empty without any, and takes the names of the fields in both forms', async () => {
    const none = await api.call('GET', '/v1/operations?filter=method%3Dnobodys&page_size=5&pageToken=');
    expect(none.body).toEqual({});
    const method = randomUUID();
    const names = [await create({ method }), await create({ method }), await create({ method })];
    const filter = encodeURIComponent(`method = "${method}"`);
    const first = await api.call('GET', `/v1/operations?filter=${filter}&page_size=2`);
    expect(first.body.operations).toHaveLength(2);
    const more = await api.call(
      'GET',
      `/v1/operations?filter=${filter}&pageSize=1000000&page_token=${first.body.nextPageToken}`,
    );
    expect(more.body.nextPageToken).toBeUndefined();
    const found = [...first.body.operations, ...more.body.operations].map(({ name }) => name);
    expect(found.sort()).toEqual([...names].sort());
  });

  it.each([
    ['filter', 'filter=state%20%3D', 'at position 8'],
    ['pageSize', 'pageSize=-1', 'negative'],
    ['pageSize', 'pageSize=many', '32-bit'],
    ['pageSize', 'pageSize=99999999999', '32-bit'],
    ['pageSize', 'pageSize=1&page_size=2', 'more than once'],
    ['pageToken', 'pageToken=nonsense', 'a list with this filter returned'],
    ['name', 'name=projects/p', 'must be operations'],
    ['order_by', 'order_by=name', 'is not a query parameter'],
    ['__proto__', '__proto__=1', 'is not a query parameter'],
    ['$alt', '$alt=proto', 'must be json'],
    ['fields', 'fields=a((', 'must be names'],
    ['prettyPrint', 'prettyPrint=maybe', 'true or false'],
  ])('refuses %s: %s', async (field, search, rule) => {
    const answer = await api.call('GET', `/v1/operations?${search}`);
    expect(status(answer)).toEqual([400, 'INVALID_ARGUMENT']);
    const [violation] = answer.body.error.details[1].fieldViolations;
    expect(violation.field === field || field === 'pageSize').toBe(true);
    expect(violation.description).toContain(rule);
  });
});

describe('wait', () => {
  it('answers at once for a done operation, and at the timeout for any other', async () => {
    const name = await create();
    expect((await api.call('POST', at(name, ':wait'), { timeout: '0.010s' })).body).toEqual({ name });
    expect((await api.call('POST', at(name, ':wait'))).body).toEqual({ name });
    await server.orchestrator.happens(name, { type: 'cancelled' });
    expect((await api.call('POST', at(name, ':wait'), { name, timeout: '3600s' })).body.done).toBe(true);
  });

  it.each([
    ['timeout', { timeout: '-1s' }],
    ['timeout', { timeout: 5 }],
    ['name', { name: 'operations/another' }],
    ['limit', { limit: '5s' }],
  ])('refuses %s: %j', async (field, body) => {
    const answer = await api.call('POST', at(await create(), ':wait'), body);
    expect(status(answer)).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.body.error.details[1].fieldViolations[0].field).toBe(field);
  });
});

describe('inspect', () => {
  it('shows state, waits, children and history, and no payload', async () => {
    const secret = { '@type': STRUCT, value: { secret: 'payload' } };
    const parent = await create({ method: 'm', labels: { env: 'test' }, metadata: secret });
    const child = await create({ parent });
    await server.orchestrator.happens(parent, waitingFor([child]));
    const waiting = await api.call('GET', at(parent, ':inspect'));
    expect(waiting.body).toMatchObject({
      ...{ name: parent, state: 'WAITING', method: 'm', parent: '', labels: { env: 'test' } },
      waits: [{ open: true, children: { counts: { PENDING: 1 } } }],
    });
    await server.orchestrator.happens(child, { type: 'cancelled' });
    await server.orchestrator.happens(parent, { type: 'succeeded', response: EMPTY });
    await server.orchestrator.happens(parent, { type: 'cancelled' });
    const { body } = await api.call('GET', at(parent, ':inspect'));
    expect(body).toMatchObject({
      state: 'SUCCEEDED',
      waits: [
        { open: false, cause: 'CHILDREN', children: { first: [{ name: child, outcome: 'CANCELLED' }] } },
      ],
    });
    expect(body.history[0]).toMatchObject({ type: 'cancelled', outcome: 'IGNORED', reason: 'TERMINAL' });
    expect(JSON.stringify(body)).not.toContain('payload');
    expect(status(await api.call('GET', '/v1/operations/nobody:inspect'))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('cancel and delete', () => {
  it('answer with an empty object, and with NOT_FOUND for an operation that does not exist', async () => {
    const name = await create();
    expect((await api.call('POST', at(name, ':cancel'), {})).body).toEqual({});
    expect((await api.call('POST', at(name, ':cancel'))).body).toEqual({});
    const another = await api.call('POST', at(name, ':cancel'), { name: 'operations/another' });
    expect(status(another)).toEqual([400, 'INVALID_ARGUMENT']);
    expect((await api.call('DELETE', at(name))).body).toEqual({});
    for (const [method, verb] of [
      ['DELETE', ''],
      ['GET', ''],
      ['POST', ':cancel'],
      ['POST', ':wait'],
      ['GET', ':inspect'],
    ] as const) {
      expect(status(await api.call(method, at(name, verb)))).toEqual([404, 'NOT_FOUND']);
    }
  });
});
