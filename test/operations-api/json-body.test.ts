import { once } from 'node:events';
import { createServer } from 'node:http';
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
