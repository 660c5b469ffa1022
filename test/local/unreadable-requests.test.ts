/** Requests that Node or the reader of bodies refuses before a method sees them, to each server of a local system. */
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveExecutor } from '../../executor/api/server.ts';
import { Executor } from '../../executor/index.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { createHttpServer } from '../../shared/http/unreadable-requests.ts';

const WORKFLOWS = '/v1/projects/p/locations/l/workflows?workflowId=w';
const closers: (() => Promise<void>)[] = [];
const ports: Record<string, number> = {};

beforeAll(async () => {
  const system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
  const executor = await serveExecutor(new Executor());
  closers.push(() => system.stop(), executor.close);
  ports.system = Number(new URL(system.url).port);
  ports.executor = Number(new URL(executor.url).port);
});
afterAll(async () => {
  for (const close of closers) await close();
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends the text, and waits for the head and the body of one answer. The text may announce more than it has. */
function send(port: number, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    const read = () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), body });
      socket.destroy();
    };
    socket.on('data', (chunk) => {
      answer += chunk;
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      if (answer.length >= answer.indexOf('\r\n\r\n') + 4 + length) read();
    });
    socket
      .on('close', read)
      .on('error', reject)
      .setTimeout(5_000, () => reject(new Error('no answer')));
  });
}

const chunked = (chunks: string) =>
  `POST %PATH HTTP/1.1\r\n%HOST\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`;
const withHeaders = (headers: string, body = '{}') =>
  `POST %PATH HTTP/1.1\r\n%HOST\r\n${headers}\r\n\r\n${body}`;

const REQUESTS: readonly (readonly [title: string, text: string, status: number, reason: string])[] = [
  ['no HTTP', 'hello\r\n\r\n', 400, 'BROKEN_REQUEST'],
  ['another version of HTTP', 'GET / HTTP/9.9\r\n%HOST\r\n\r\n', 400, 'BROKEN_REQUEST'],
  ['no Host header', 'GET /v1/operations HTTP/1.1\r\n\r\n', 400, 'BROKEN_REQUEST'],
  [
    'two Host headers',
    'GET /v1/operations HTTP/1.1\r\n%HOST\r\nHost: evil.example\r\n\r\n',
    400,
    'BROKEN_REQUEST',
  ],
  ['a space in the target', 'GET /v1/operations?a= 5 HTTP/1.1\r\n%HOST\r\n\r\n', 400, 'BROKEN_REQUEST'],
  ['headers that are too long', withHeaders(`x-a: ${'a'.repeat(20_000)}`), 431, 'BROKEN_REQUEST'],
  ['two lengths', withHeaders('content-length: 2\r\ncontent-length: 3'), 400, 'BROKEN_REQUEST'],
  ['a negative length', withHeaders('content-length: -1'), 400, 'BROKEN_REQUEST'],
  [
    'a length and chunks',
    withHeaders('content-length: 2\r\ntransfer-encoding: chunked'),
    400,
    'BROKEN_REQUEST',
  ],
  ['a chunk without a length', chunked('zz\r\n'), 400, 'BROKEN_REQUEST'],
  [
    'a chunk whose extension is too long',
    chunked(`2;${'a'.repeat(20_000)}\r\n{}\r\n`),
    413,
    'BROKEN_REQUEST',
  ],
  ['an unknown expectation', withHeaders('expect: x\r\ncontent-length: 2'), 417, 'BROKEN_REQUEST'],
  ['a declared length that is too large', withHeaders('content-length: 99999999999'), 413, 'BODY_TOO_LARGE'],
  ['chunks without an end', chunked(`f00000\r\n${'a'.repeat(0xf00000)}\r\n`), 413, 'BODY_TOO_LARGE'],
];

describe.each([
  ['system', '/v1/operations'],
  ['executor', WORKFLOWS],
])('the %s answers in the form of every error', (server, path) => {
  it.each(REQUESTS)('%s', async (_, text, status, reason) => {
    const port = ports[server] as number;
    const answer = await send(port, text.replace('%PATH', path).replace('%HOST', `host: localhost:${port}`));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).error).toMatchObject({ code: status, details: [{ reason }] });
  });
});

it('a broken request behind a stream adds nothing to the stream', async () => {
  const port = ports.system as number;
  const socket = connect(port, '127.0.0.1');
  const host = `host: localhost:${port}`;
  socket.write(`GET /v1/operations:watch HTTP/1.1\r\n${host}\r\n\r\n`);
  let received = '';
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  socket.on('data', (chunk) => {
    if (received === '') socket.write('hello\r\n\r\n');
    received += chunk;
  });
  await ended;
  expect(received).toMatch(/^HTTP\/1.1 200/);
  expect(received).not.toContain('BROKEN_REQUEST');
});

it('a request that does not come to its end is answered with 408', async () => {
  const server = createHttpServer(() => {});
  const socket = new PassThrough();
  server.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  expect(String(socket.read())).toMatch(/^HTTP\/1\.1 408 [\s\S]*BROKEN_REQUEST/);
  expect(socket.destroyed).toBe(true);
});
