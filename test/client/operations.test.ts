/** The client on the embedded system, and against answers that a server may give. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, createOperations, defineOperation, OperationError } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { HttpApi, type Retry } from '../../shared/client/http-api.ts';
import { retryWarning } from '../../shared/client/retry-warning.ts';

const report = defineOperation('example.v1.Reports.CreateReport', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
});
const STRUCT = 'type.googleapis.com/google.protobuf.Struct';

describe('a client of the embedded system', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true });
  });
  afterAll(() => system.stop());

  it('creates one operation for a request id, and returns its result when it is done', async () => {
    const lro = createOperations({ url: system.url });
    const handle = await lro.create(report, { pages: ['a'] }, { requestId: 'twice' });
    const again = await lro.create(report, { pages: ['a'] }, { requestId: 'twice' });
    expect(again.name).toBe(handle.name);
    const result = handle.result();
    await system.lifecycle.operation(handle.name).succeed({ urls: ['u'] });
    expect(await result).toEqual({ urls: ['u'] });
    expect(await lro.get(handle.name)).toMatchObject({ done: true, response: { urls: ['u'] } });
  });

  it('rejects with the error of a failed operation, and with DEADLINE_EXCEEDED after the timeout', async () => {
    const lro = createOperations({ url: system.url });
    const handle = await lro.create(report, { pages: [] }, { operationId: 'fails' });
    await expect(handle.result({ timeout: '50ms' })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      operation: 'operations/fails',
    });
    await system.lifecycle.operation('operations/fails').fail({ code: 5, message: 'no such report' });
    const error = await lro
      .open(report, 'fails')
      .result()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      message: 'no such report',
      operation: 'operations/fails',
    });
    expect((await lro.get('fails')).error).toMatchObject({ operation: 'operations/fails' });
  });

  it('inspects how far the children of a wait are, and the input', async () => {
    const lro = createOperations({ url: system.url });
    const handle = await lro.create(report, { pages: ['a', 'b', 'c'] }, { operationId: 'bar' });
    const children = ['bar.1', 'bar.2', 'bar.3'].map((id) => `operations/${id}`);
    for (const child of children) await system.lifecycle.operation(child).create();
    await system.lifecycle.operation(handle.name).wait({ children, timeout: 900 });
    await system.lifecycle.operation('operations/bar.1').succeed();
    await system.lifecycle.operation('operations/bar.2').fail({ code: 5, message: 'no' });
    const counts = () => handle.inspect().then(({ waits }) => waits.at(-1)?.children.counts);
    await expect.poll(counts).toEqual({ PENDING: 1, SUCCEEDED: 1, FAILED: 1 });
    const { state, attempt, input, waits } = await lro.inspect('bar');
    expect({ state, attempt, input, open: waits[0]?.open }).toEqual({
      ...{ state: 'WAITING', attempt: 1, open: true },
      input: { '@type': STRUCT, value: { pages: ['a', 'b', 'c'] } },
    });
  });

  it('refuses a URL without a scheme', () => {
    for (const url of ['localhost:8080', 'lro.example.com:443/api', 'ftp://lro.example.com', '://']) {
      expect(() => createOperations({ url })).toThrow(
        `url: must begin with http:// or https://, and is "${url}"`,
      );
    }
  });

  it('refuses a URL that is none, and one with a password, which it does not show', () => {
    expect(() => createOperations({ url: 'http://localhost:x' })).toThrow('url: must be a URL');
    const refused = () => createOperations({ url: 'http://user:secret@localhost:8080' });
    expect(refused).toThrow(/^url: must have no user name and no password$/);
  });

  it('refuses the same URLs for a worker', async () => {
    const url = 'http://user:secret@localhost:8080';
    const worker = operation(report).steps({ start: () => ({ urls: [] }) });
    await expect(serve([worker], { url, subscription: 's' })).rejects.toThrow(
      /^url: must have no user name and no password$/,
    );
  });

  it('refuses an input that its schema refuses, with the path, before it is sent', async () => {
    const lro = createOperations({ url: 'http://127.0.0.1:1' });
    await expect(lro.create(report, { pages: ['a', 3] } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^input\.pages\[1\]: /),
    });
    await expect(lro.create(report, { pages: [], at: new Date() } as never)).rejects.toThrow(
      'input.at: must be JSON',
    );
  });

  it('lists what matches, page after page', async () => {
    const lro = createOperations({ url: system.url });
    for (let n = 0; n < 5; n++)
      await lro.create(report, { pages: [] }, { operationId: `listed-${n}`, labels: { test: 'list' } });
    const names: string[] = [];
    for await (const { name } of lro.list({ filter: 'labels.test="list"', pageSize: 2 })) names.push(name);
    expect(names.sort()).toEqual([0, 1, 2, 3, 4].map((n) => `operations/listed-${n}`));
  });

  it('rejects with the code and the fields of a refusal of the API', async () => {
    const lro = createOperations({ url: system.url });
    const missing = await lro.get('nobody').catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(ApiError);
    expect(missing).toMatchObject({ code: 'NOT_FOUND' });
    await expect(lro.create(report, { pages: [] }, { operationId: '?' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fieldViolations: [{ field: 'operationId' }],
    });
  });
});

describe('a call', () => {
  async function answering(answers: readonly [status: number, body: object][]) {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const [status, body] = answers[Math.min(requests.length, answers.length) - 1] as [number, object];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = new HttpApi({ url, sleep: async () => {} });
    return { api, requests, stop: () => new Promise((resolve) => server.close(resolve)) };
  }

  const unavailable: [number, object] = [
    503,
    { error: { code: 503, status: 'UNAVAILABLE', message: 'later' } },
  ];

  it('is tried again only after UNAVAILABLE, and only if it may be repeated', async () => {
    const { api, requests, stop } = await answering([unavailable, unavailable, [200, { done: true }]]);
    expect(await api.call('GET', '/v1/x', undefined, { idempotent: true })).toEqual({ done: true });
    expect(requests).toHaveLength(3);
    await stop();
    for (const [answer, idempotent] of [
      [unavailable, false],
      [[429, {}], true],
      [[500, {}], true],
      [[409, { error: { status: 'ABORTED' } }], true],
    ] as const) {
      const other = await answering([answer as [number, object]]);
      await expect(other.api.call('POST', '/v1/x', {}, { idempotent })).rejects.toBeInstanceOf(ApiError);
      expect(other.requests).toHaveLength(1);
      await other.stop();
    }
  });

  it.each([200, 400])('whose answer with status %i breaks off counts as unanswered', async (status) => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      if (requests === 3) return response.end('{"done":true}');
      response.writeHead(status, { 'content-length': '100' });
      return response.write('{"error":', () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = new HttpApi({ url, sleep: async () => {} });
    const call = (idempotent: boolean) => api.call('POST', '/v1/x', {}, { idempotent });
    await expect(call(false)).rejects.toMatchObject({ name: 'ApiError', code: 'UNAVAILABLE' });
    expect(await call(true)).toEqual({ done: true });
    await new Promise((resolve) => server.close(resolve));
  });

  it('that no server answers fails with UNAVAILABLE, the URL and the cause', async () => {
    const api = new HttpApi({ url: 'http://127.0.0.1:1', sleep: async () => {} });
    await expect(api.call('GET', '/v1/x', undefined, { idempotent: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/GET http:\/\/127\.0\.0\.1:1\/v1\/x was not answered: .*/),
    });
  });

  it('that stays unanswered names the URL, the number of tries, their time and the last reason', async () => {
    const retries: Retry[] = [];
    const api = new HttpApi({
      url: 'http://127.0.0.1:1',
      sleep: async () => {},
      onRetry: (retry) => void retries.push(retry),
    });
    const failed = expect(api.call('GET', '/v1/x', undefined, { idempotent: true })).rejects;
    await failed.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /^GET http:\/\/127\.0\.0\.1:1\/v1\/x was not answered: .* \(5 tries in \d+\.\d s\)$/,
      ),
    });
    expect(retries.map(({ tries }) => tries)).toEqual([1, 2, 3, 4]);
    expect(retries[0]?.error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(retries.every(({ delayMs, tries }) => delayMs >= 0 && delayMs <= 100 * 4 ** tries)).toBe(true);
  });

  it('that a server keeps refusing as unavailable names the call, and keeps the details', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'DOWN' }];
    const { api, requests, stop } = await answering([
      [503, { error: { status: 'UNAVAILABLE', message: 'later', details } }],
    ]);
    await expect(api.call('GET', '/v1/x', undefined, { idempotent: true })).rejects.toMatchObject({
      reason: 'DOWN',
      message: expect.stringMatching(/^GET http:\S+\/v1\/x: later \(5 tries in \d+\.\d s\)$/),
    });
    expect(requests).toHaveLength(5);
    await stop();
  });

  it('that a server refuses for a time is not tried again before that time', async () => {
    const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '5s' };
    const { api, requests, stop } = await answering([
      [503, { error: { status: 'UNAVAILABLE', message: 'later', details: [retryInfo] } }],
      [503, { error: { status: 'UNAVAILABLE', message: 'later' } }],
      [200, {}],
    ]);
    const pauses: number[] = [];
    const patient = new HttpApi({ url: api.url, sleep: async (ms) => void pauses.push(ms) });
    await patient.call('GET', '/v1/x', undefined, { idempotent: true });
    expect(requests).toHaveLength(3);
    expect(pauses).toEqual([expect.toSatisfy((ms) => ms >= 5_000 && ms < 5_400), expect.any(Number)]);
    expect(pauses[1]).toBeLessThan(1_600);
    await stop();
  });

  it('that a server refuses for longer than a caller waits is left to the caller', async () => {
    const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3600s' };
    const { api, requests, stop } = await answering([
      [503, { error: { status: 'UNAVAILABLE', message: 'closed', details: [retryInfo] } }],
    ]);
    await expect(api.call('GET', '/v1/x', undefined, { idempotent: true })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'closed',
      retryDelayMs: 3_600_000,
    });
    expect(requests).toHaveLength(1);
    await stop();
  });

  it('of a host with several addresses, none of which answers, names the code', async () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    const throwing = (error: unknown) =>
      new HttpApi({ url: 'http://localhost:1', transport: () => Promise.reject(error) });
    for (const error of [refused, new TypeError('fetch failed', { cause: refused })]) {
      const call = throwing(error).call('GET', '/v1/x', undefined, { idempotent: false });
      await expect(call).rejects.toThrow('GET http://localhost:1/v1/x was not answered: ECONNREFUSED');
    }
  });

  it('is reported by a warning of the process after its third try, once a minute', () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const warn = retryWarning();
    const error = new ApiError('UNAVAILABLE', 'GET http://a/v1/x was not answered: ECONNREFUSED');
    for (const tries of [1, 2, 3, 4]) warn({ error, tries, delayMs: 1 });
    const text = `${error.message}; trying again`;
    expect(emitWarning.mock.calls).toEqual([[text, 'LroWarning']]);
    now.mockReturnValue(61_001);
    warn({ error, tries: 3, delayMs: 1 });
    expect(emitWarning).toHaveBeenCalledTimes(2);
  });

  it.each([
    new ApiError('NOT_FOUND', 'operations/a does not exist'),
    new OperationError('NOT_FOUND', 'no such page'),
  ])('$name keeps its message in JSON', (error) => {
    const { name, code, details, message } = error;
    expect(JSON.parse(JSON.stringify({ error }))).toMatchObject({ error: { name, code, details, message } });
  });

  it('rejects with the reason and the metadata of the error that it was answered', async () => {
    const details = [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'QUOTA',
        domain: 'x',
        metadata: { limit: '3' },
      },
    ];
    const { api, stop } = await answering([
      [429, { error: { status: 'RESOURCE_EXHAUSTED', message: 'no', details } }],
    ]);
    await expect(api.call('GET', '/v1/x', undefined, { idempotent: true })).rejects.toMatchObject({
      ...{ code: 'RESOURCE_EXHAUSTED', message: 'no', reason: 'QUOTA', metadata: { limit: '3' } },
    });
    await stop();
  });
});

it('an any with a message type loses its `@type`, a Struct its wrapping', async () => {
  const { payloadFromAny, payloadToAny } = await import('../../shared/client/any.ts');
  expect(payloadFromAny({ '@type': STRUCT, value: { a: 1 } })).toEqual({ a: 1 });
  expect(payloadFromAny({ '@type': 'type.googleapis.com/x.Y', a: 1 })).toEqual({ a: 1 });
  expect(payloadToAny({ a: 1 }, 'x', 'INTERNAL', 'x.Y')).toEqual({
    '@type': 'type.googleapis.com/x.Y',
    a: 1,
  });
});
