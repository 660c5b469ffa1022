import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { METHODS } from '../../shared/operations-api/methods/all.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { type ApiUnderTest, serve, startApi } from './api-under-test.ts';
import { type Answer, DescribedApi } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const status = ({ status, body }: Answer) => [status, body.error.status];
const reasonOf = ({ body }: Answer) => body.error.details[0].reason;

describe('names that are invalid', () => {
  it.each([
    ['a slash', 'a/b'],
    ['an encoded slash', 'a%2Fb'],
    ['two dots', '..%2F..%2Fetc'],
    ['NUL', 'a%00'],
    ['10 KB', 'a'.repeat(10_240)],
    ['129 characters', 'a'.repeat(129)],
    ['twice encoded', 'operations%252Fa'],
    ['twice encoded dots', '%252e%252e'],
    ['thrice the collection', 'operations%2Foperations%2Fa'],
    ['broken UTF-8', '%ff'],
    ['broken encoding', '%zz'],
    ['nothing', ''],
    ['a space', 'a%20b'],
    ['another alphabet', '%D0%B0'],
  ])('%s', async (_, id) => {
    for (const [method, verb] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', ':cancel'],
      ['POST', ':wait'],
      ['GET', ':inspect'],
    ] as const) {
      const answer = await api.call(method, `/v1/operations/${id}${verb}`);
      expect(status(answer)).toEqual([400, 'INVALID_ARGUMENT']);
      expect(answer.body.error.details[1].fieldViolations[0].field).toBe('name');
    }
  });
});

describe('a query that is not UTF-8', () => {
  it.each(['filter=%ED%A0%80', 'filter=method%3D%22%ff%22', 'pageToken=%c3'])(
    '%s is refused',
    async (query) => {
      const answer = await api.call('GET', `/v1/operations?${query}`);
      expect(status(answer)).toEqual([400, 'INVALID_ARGUMENT']);
      expect(answer.body.error.details[1].fieldViolations[0].field).toBe(query.split('=')[0]);
    },
  );
});

describe('what HTTP itself requires', () => {
  it('is described as it is served', async () => {
    const { status: code, body } = await api.call('GET', '/openapi.json');
    expect([code, body.openapi]).toEqual([200, '3.1.0']);
    expect(api.methods.toSorted()).toEqual(METHODS.map(({ http, path }) => `${http} ${path}`).toSorted());
    for (const described of api.methods) {
      const [method = '', path = ''] = described.split(' ');
      const answer = await api.call(
        method,
        path.replace('{operation}', 'nobody'),
        method === 'POST' ? {} : undefined,
      );
      expect(reasonOfMissing(answer), described).not.toMatch(/METHOD/);
    }
  });
  const reasonOfMissing = (answer: Answer) => (answer.status === 200 ? '' : reasonOf(answer));

  it.each([
    ['PUT', '/v1/operations/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['DELETE', '/v1/operations', 'GET, HEAD, POST, OPTIONS'],
    ['GET', '/v1/operations/a:cancel', 'POST, OPTIONS'],
    ['PATCH', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ])('405 for %s %s', async (method, path, allow) => {
    const answer = await api.call(method, path);
    expect(status(answer)).toEqual([405, 'UNIMPLEMENTED']);
    expect(answer.headers.get('allow')).toBe(allow);
    const options = await api.call('OPTIONS', path);
    expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
  });

  it.each([
    '/',
    '/v1',
    '/v2/operations',
    '/v1/operationsX',
    '/V1/operations',
    '/v1/operations/a:purge',
    '/constructor',
  ])('404 for %s', async (path) => {
    const answer = await api.call('POST', path);
    expect([...status(answer), reasonOf(answer)]).toEqual([404, 'NOT_FOUND', 'METHOD_NOT_FOUND']);
    expect(answer.body.error.message).toContain(`no such method: POST ${path}.`);
  });

  it.each([
    ['no JSON', '{"a":', {}, 400, 'INVALID_FIELD'],
    ['no object', '[]', {}, 400, 'INVALID_FIELD'],
    ['an unknown field', '{"nonsense":1}', {}, 400, 'INVALID_FIELD'],
    ['its own prototype', '{"__proto__":{"method":"m"}}', {}, 400, 'INVALID_FIELD'],
    ['deep', '['.repeat(100_000), {}, 400, 'INVALID_FIELD'],
    ['deep and closed', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, {}, 400, 'INVALID_FIELD'],
    ['another type', '{}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a type that is none', '{}', { 'content-type': ';;;' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown encoding', '{}', { 'content-encoding': 'snappy' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a broken encoding', '{}', { 'content-encoding': 'gzip' }, 400, 'BROKEN_BODY'],
    ['too large', JSON.stringify({ method: 'm'.repeat(9 * 1024 * 1024) }), {}, 413, 'BODY_TOO_LARGE'],
  ])('a body that is %s', async (_, body, headers, code, reason) => {
    const answer = await api.call('POST', '/v1/operations', body, headers);
    expect([answer.status, reasonOf(answer)]).toEqual([code, reason]);
  });
});

describe('a method that takes no body', () => {
  it.each([
    ['DELETE', '/v1/operations/kept', { validateOnly: true }],
    ['DELETE', '/v1/operations/kept', []],
    ['DELETE', '/v1/operations/kept', null],
  ])('refuses %s %s with %j, and does nothing', async (method, path, body) => {
    await server.orchestrator.happens('operations/kept', { type: 'progressed' });
    const answer = await api.call(method, path, body);
    expect([...status(answer), answer.body.error.details[1].fieldViolations[0].field]).toEqual([
      ...[400, 'INVALID_ARGUMENT', 'body'],
    ]);
    expect((await api.call('GET', path)).status).toBe(200);
  });

  it('accepts an empty object, which clients made from .proto files may send', async () => {
    await server.orchestrator.happens('operations/removed', { type: 'progressed' });
    expect((await api.call('DELETE', '/v1/operations/removed', {})).status).toBe(200);
  });
});

describe('an operation id that is a whole name', () => {
  it('is refused with the rule for ids', async () => {
    const answer = await api.call('POST', '/v1/operations', { operationId: 'operations/x' });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain('operationId: must be an id without "operations/"');
  });
});

describe("a fault that is not the caller's", () => {
  const cause = new Error('7 PERMISSION_DENIED: projects/secret/instances/secret');
  it.each([
    [
      'unavailable',
      new Failure('unavailable', 'Spanner: secret', { cause, fault: 'deployment' }),
      503,
      'UNAVAILABLE',
      '1',
    ],
    [
      'conflict',
      new Failure('conflict', 'Spanner: secret', { cause, fault: 'deployment' }),
      503,
      'UNAVAILABLE',
      '1',
    ],
    [
      'permission',
      new Failure('permission', 'Spanner: secret', { cause, fault: 'deployment' }),
      500,
      'INTERNAL',
      null,
    ],
    [
      'notFound',
      new Failure('notFound', 'Pub/Sub: secret', { cause, fault: 'deployment' }),
      500,
      'INTERNAL',
      null,
    ],
    ['unforeseen', new TypeError('secret'), 500, 'INTERNAL', null],
  ])('%s is logged, and told without what is inside', async (_, error, code, name, retryAfter) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const broken = await serve(
      operationsRouter(async () => {
        throw error;
      }),
    );
    const answer = await fetch(`http://127.0.0.1:${broken.port}/v1/operations/a`);
    const text = await answer.text();
    await broken.stop();
    expect([answer.status, JSON.parse(text).error.status]).toEqual([code, name]);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(text).not.toMatch(/secret|\.ts/);
    expect(logged.mock.calls.map(String)).toEqual([expect.stringContaining('secret')]);
    logged.mockRestore();
  });
});

describe('a client that goes away', () => {
  it('causes no more reads', async () => {
    const operation = vi.fn(async () => undefined);
    const store = { ...server.orchestrator.store, operation };
    const scene = new EventEmitter();
    const asked = once(scene, 'asked');
    const closed = once(scene, 'closed');
    const router = operationsRouter(async () => {
      scene.emit('asked');
      await closed;
      return { ...server.orchestrator, store };
    });
    const listening = await serve((request, response) => {
      response.once('close', () => scene.emit('closed'));
      router(request, response);
    });
    const client = new AbortController();
    const url = `http://127.0.0.1:${listening.port}/v1/operations/a:wait`;
    const call = fetch(url, { method: 'POST', signal: client.signal });
    await asked;
    client.abort();
    await expect(call).rejects.toThrow();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(operation).not.toHaveBeenCalled();
    await listening.stop();
  });
});
