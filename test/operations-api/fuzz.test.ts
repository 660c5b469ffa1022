/** Every request, however broken, is answered; no answer is a fault of the server or shows its internals. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { type HostileCall, hostileCall, hostileFilter } from './hostile-input.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ maxWaitMs: 5 });
  await api.orchestrator.happens('operations/known', {
    type: 'created',
    creation: { method: 'm', labels: {} },
  });
});
afterAll(() => api.stop());

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

function send({ method, path, headers, body }: Partial<HostileCall>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: api.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], text });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function expectHarmless({ status, type, text }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  if (text !== '') {
    expect(type).toBe('application/json; charset=utf-8');
    JSON.parse(text);
  }
  // No stack trace, whose line breaks JSON escapes.
  expect(text).not.toMatch(/node_modules|\.[jt]s:\d|\\n\s+at /);
}

it('hostile methods, paths, headers and bodies get a harmless answer', async () => {
  await fc.assert(
    fc.asyncProperty(hostileCall, async (call) => expectHarmless(await send(call))),
    { numRuns: 600 },
  );
});

it('hostile filters get a harmless answer', async () => {
  await fc.assert(
    fc.asyncProperty(hostileFilter, async (text) => {
      const encoded = encodeURIComponent(Buffer.from(text).toString());
      fc.pre(encoded.length < 14_000);
      expectHarmless(await send({ method: 'GET', path: `/v1/operations?filter=${encoded}` }));
    }),
    { numRuns: 500 },
  );
});

it.each(['..', '../', '.', '../../etc/passwd', '%2e%2e', 'a/../known', './known'])(
  'an id of dots or slashes is refused or not found: %s',
  async (id) => {
    const { status } = await send({ method: 'GET', path: `/v1/operations/${id}` });
    expect([400, 404]).toContain(status);
  },
);

it('the server answers others after a client that stops within its body, or within a chunk', async () => {
  const head = 'POST /v1/operations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  for (const rest of [
    'Content-Length: 100\r\n\r\n{"method":',
    'Transfer-Encoding: chunked\r\n\r\n5\r\n{"met\r\n',
  ]) {
    const socket = connect(api.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(head + rest);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
  }
  const id = randomUUID();
  expectHarmless(
    await send({ method: 'POST', path: '/v1/operations', body: JSON.stringify({ operationId: id }) }),
  );
  expectHarmless(await send({ method: 'GET', path: `/v1/operations/${id}` }));
});
