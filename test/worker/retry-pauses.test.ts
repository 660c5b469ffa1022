/** Every caller of a server that asks for a pause makes its call again after that time, and not before. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, apiErrorOf } from '../../shared/client/api-error.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { untilConnected } from '../../shared/worker/connecting.ts';
import { HttpOperationCalls } from '../../shared/worker/http-operation-calls.ts';
import { keepAliveTransport } from '../../shared/worker/keep-alive-transport.ts';
import type { LifecycleEvent } from '../../shared/worker/operation-calls.ts';
import { RestSource } from '../../shared/worker/rest-source.ts';
import { withRetryAfter } from '../../shared/worker/retry-after.ts';
import { sendAgain } from '../../shared/worker/unsent-event.ts';
import { until } from '../setup/until.ts';
import { ManualClock } from './fake-orchestrator.ts';

const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '20s' };
const BODY = JSON.stringify({
  error: { code: 503, status: 'UNAVAILABLE', message: 'later', details: [RETRY_INFO] },
});
const LATER = new ApiError('UNAVAILABLE', 'later', [RETRY_INFO]);

describe.each([
  ['google.rpc.RetryInfo', {}, BODY],
  ['the header Retry-After', { 'retry-after': '20' }, '<html>Service Unavailable</html>'],
])('a server that asks for a pause with %s', (_, headers, body) => {
  let url: string;
  let pulls: number;
  const server = createServer((request, response) => {
    if (request.url?.endsWith(':pull')) pulls++;
    if (request.method === 'GET') response.end('{}');
    else response.writeHead(503, headers).end(body);
  });
  beforeEach(async () => {
    pulls = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('is pulled again after it, unless the worker stops', async () => {
    const pauses: unknown[] = [];
    const note = (_: string, fields: object = {}) => void pauses.push(fields);
    const log = { debug: note, info: note, warn: note, error: note };
    const source = new RestSource(new HttpApi({ url, transport: keepAliveTransport() }), 'p', 's', log);
    const receiver = { capacity: 1, onCapacity() {}, receive() {} };
    await source.start(receiver, [], { timeoutMs: 0, signal: new AbortController().signal });
    await until('the pull to fail', () => pauses.length > 0);
    await source.stop();
    await source.close();
    expect(pauses).toMatchObject([{ delayMs: 21_000, err: { retryDelayMs: 20_000 } }]);
    expect(pulls).toBe(1);
  });

  it('is called again after it', async () => {
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(ms);
    const api = new HttpApi({ url, transport: keepAliveTransport(), sleep });
    await expect(api.call('POST', '/v1/x', {}, { idempotent: true })).rejects.toThrow(ApiError);
    expect(pauses).toHaveLength(4);
    for (const ms of pauses) expect(ms).toBeGreaterThanOrEqual(20_000);
  });
});

it('a worker connects after the pause that the server asks for', async () => {
  const clock = new ManualClock();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const startMs = clock.now();
  const tries: number[] = [];
  const connect = async () => {
    tries.push(clock.now() - startMs);
    if (tries.length === 1) throw LATER;
  };
  const signal = new AbortController().signal;
  const connected = untilConnected({ connect, address: 'a', timeoutMs: 60_000, signal, clock, log });
  for (let round = 0; tries.length < 2 && round < 100; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
  }
  await connected;
  expect(tries[1]).toBeGreaterThanOrEqual(20_000);
});

it.each([
  ['the orchestrator', BODY, new Error('ECONNREFUSED')],
  ['the bus', '', LATER],
])('an event is sent again after the pause that %s asks for', async (_, refusal, unpublished) => {
  let isDown = true;
  const api = new HttpApi({
    url: 'http://server',
    transport: async () =>
      isDown ? new Response(refusal, { status: 503 }) : Response.json({ applied: true }),
  });
  const calls = new HttpOperationCalls(api, 'w1', () => Promise.reject(unpublished));
  const event = { operation: 'operations/a', eventId: 'e1', succeeded: {} } as LifecycleEvent;
  const send = () => calls.apply(event);
  const error = await send().catch((unsent) => unsent);
  const pauses: number[] = [];
  const pause = async (ms: number) => {
    pauses.push(ms);
    isDown = false;
  };
  expect(await sendAgain(send, error, { pause, isOver: () => false })).toBe(true);
  expect(pauses).toHaveLength(1);
  expect(pauses[0]).toBeGreaterThanOrEqual(20_000);
});

it.each([
  ['5', '', 5_000],
  ['5', BODY, 20_000],
  ['5', '{"error":{"details":[{}]}}', 5_000],
  ['5', 'null', 5_000],
  [new Date(Date.now() + 3_600_000).toUTCString(), '', expect.closeTo(3_600_000, -6)],
  [new Date(0).toUTCString(), '{}', undefined],
  ['0', '{}', undefined],
  ['soon', '{}', undefined],
])('Retry-After: %s with the body %s', (retryAfter, body, retryDelayMs) => {
  expect(apiErrorOf(503, withRetryAfter(body, retryAfter))).toMatchObject({ retryDelayMs });
});
