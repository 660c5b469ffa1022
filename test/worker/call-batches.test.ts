/** The requests in which a worker sends calls of one moment: to servers with batches, without batches, and without an answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HttpApi } from '../../shared/client/http-api.ts';
import { HttpOperationCalls } from '../../shared/worker/http-operation-calls.ts';
import { keepAliveTransport } from '../../shared/worker/keep-alive-transport.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Answer {
  readonly status?: number;
  readonly body: object;
}
type Respond = (path: string, body: { calls: Record<string, object>[] }) => Answer;

async function callsTo(respond: Respond) {
  const paths: string[] = [];
  const published: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url ?? '';
    paths.push(path);
    const { status = 200, body } = respond(path, JSON.parse(text || '{}'));
    response.writeHead(status).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api = new HttpApi({ url: `http://127.0.0.1:${port}`, transport: keepAliveTransport() });
  const publish = async (data: Uint8Array) => void published.push(Buffer.from(data).toString());
  return { calls: new HttpOperationCalls(api, 'w', publish), paths, published };
}

const BATCH = '/v1/operations:batch';
const event = (id: string) => ({ operation: `operations/${id}`, eventId: id, succeeded: {} });
const error = (code: number, status: string) => ({ error: { code, status, message: status, details: [] } });
const alone: Respond = (path) => ({
  body: path.endsWith(':apply') ? { applied: true } : { cancelRequested: false },
});

it('sends a single call to its own path', async () => {
  const { calls, paths } = await callsTo(alone);
  expect(await calls.heartbeat('operations/a', 1)).toEqual({ taken: true, cancelRequested: false });
  expect(await calls.apply(event('a'))).toBe(true);
  expect(paths).toEqual(['/v1/operations/a:heartbeat', '/v1/operations/a:apply']);
});

it('sends calls of one moment as one, and gives each its own answer or refusal', async () => {
  const { calls, paths } = await callsTo((_, body) => {
    expect(body.calls[0]).toEqual({ heartbeat: { name: 'operations/a', attempt: 1, worker: 'w' } });
    expect(body.calls[2]).toEqual({ apply: event('c') });
    const answers = [
      { lease: { cancelRequested: true } },
      error(409, 'ABORTED'),
      { applied: { applied: true } },
    ];
    return { body: { answers: [...answers, error(400, 'INVALID_ARGUMENT')] } };
  });
  const results = await Promise.allSettled([
    calls.heartbeat('operations/a', 1),
    calls.heartbeat('operations/b', 1),
    calls.apply(event('c')),
    calls.apply(event('d')),
  ]);
  expect(results.slice(0, 3)).toMatchObject([
    { value: { taken: true, cancelRequested: true } },
    { value: { taken: false } },
    { value: true },
  ]);
  expect(results[3]).toMatchObject({
    status: 'rejected',
    reason: { name: 'ApiError', code: 'INVALID_ARGUMENT' },
  });
  expect(paths).toEqual([BATCH]);
});

it.each([
  [404, 'NOT_FOUND'],
  [501, 'UNIMPLEMENTED'],
])(
  'asks a server that answers %i to batches once, and sends single calls from then on',
  async (status, name) => {
    const { calls, paths } = await callsTo((path, body) =>
      path === BATCH ? { status, body: error(status, name) } : alone(path, body),
    );
    const two = () => Promise.all([calls.heartbeat('operations/a', 1), calls.apply(event('b'))]);
    expect(await two()).toEqual([{ taken: true, cancelRequested: false }, true]);
    expect(await two()).toEqual([{ taken: true, cancelRequested: false }, true]);
    expect(paths.filter((path) => path === BATCH)).toHaveLength(1);
    expect(paths).toHaveLength(5);
  },
);

it('takes a 404 of something that is not the orchestrator for no answer about the attempt', async () => {
  const { calls, published } = await callsTo(() => ({ status: 404, body: { message: 'no such page' } }));
  await expect(calls.heartbeat('operations/a', 1)).rejects.toThrow(/:heartbeat was answered with HTTP 404/);
  await expect(calls.isOver('operations/a')).rejects.toThrow('but not by the API');
  expect(await calls.apply(event('b'))).toBe(true);
  expect(published.map((text) => JSON.parse(text))).toEqual([event('b')]);
});

it('publishes events and repeats heartbeats that a batch leaves without an answer', async () => {
  const { calls, paths, published } = await callsTo((path, body) =>
    path === BATCH ? { status: 503, body: error(503, 'UNAVAILABLE') } : alone(path, body),
  );
  const both = Promise.all([calls.heartbeat('operations/a', 1), calls.apply(event('b'))]);
  expect(await both).toEqual([{ taken: true, cancelRequested: false }, true]);
  expect(paths).toEqual([BATCH, '/v1/operations/a:heartbeat']);
  expect(published.map((text) => JSON.parse(text))).toEqual([event('b')]);
});

it('puts at most 100 calls, and 2.5 million characters, into a batch', async () => {
  const sizes: number[] = [];
  const { calls } = await callsTo((path, body) => {
    if (path !== BATCH) return alone(path, body);
    sizes.push(body.calls.length);
    return { body: { answers: body.calls.map(() => ({ applied: { applied: true } })) } };
  });
  await Promise.all(Array.from({ length: 250 }, (_, index) => calls.apply(event(String(index)))));
  const large = (id: string) => ({ ...event(id), filler: 'x'.repeat(1_000_000) });
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => calls.apply(large(id))));
  expect(sizes.sort((a, b) => a - b)).toEqual([2, 2, 50, 100, 100]);
});
