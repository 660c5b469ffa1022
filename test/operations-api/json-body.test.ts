import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { bodyBytes } from '../../shared/http/json-body.ts';
import { until } from '../setup/until.ts';

it('a body whose client left before it was read is refused, not waited for', async () => {
  let refusal: unknown;
  const server = createServer(async (request, response) => {
    // As a check of the caller's token takes its time.
    await new Promise<void>((resolve) => request.once('close', resolve));
    refusal = await bodyBytes(request, response, 1_000).catch((error: unknown) => error);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{');
  await once(server, 'request');
  socket.destroy();
  expect(await until('the answer of the reader', () => refusal)).toMatchObject({ http: 400 });
  server.close();
});

/** Reads the body of one request, which `write` sends on a connection of its own, after `before`. */
async function readOf(text: string, before: (request: IncomingMessage) => Promise<void> = async () => {}) {
  let result: unknown;
  const server = createServer(async (request, response) => {
    await before(request);
    const reading = bodyBytes(request, response, 5).catch((error: unknown) => error);
    // Of a body that is not sent whole, a part has been read.
    if (text.includes('content-length: 4\r\n\r\n{')) request.once('data', () => socket.destroy());
    result = await reading;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\n${text}`);
  const found = await until('what was read', () => result);
  socket.destroy();
  server.close();
  return found;
}

it('a body whose client leaves while it is read is refused, not waited for', async () => {
  expect(await readOf('content-length: 4\r\n\r\n{')).toMatchObject({ http: 400, reason: 'BROKEN_BODY' });
});

it.each([
  ['with a length', 'content-length: 5\r\n\r\n12345', 'content-length: 6\r\n\r\n123456'],
  [
    'in chunks',
    'transfer-encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n',
    'transfer-encoding: chunked\r\n\r\n3\r\n123\r\n3\r\n456\r\n0\r\n\r\n',
  ],
])('a body %s is read up to the limit, and refused above', async (_, atLimit, above) => {
  expect(String(await readOf(atLimit))).toBe('12345');
  expect(await readOf(above)).toMatchObject({ http: 413 });
});

it('a body that was read before counts as none, and is not waited for', async () => {
  const read = await readOf('content-length: 2\r\n\r\n{}', async (request) => {
    request.resume();
    await once(request, 'end');
  });
  expect(read).toHaveLength(0);
});
