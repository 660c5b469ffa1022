/** What a worker's calls go over, against servers that answer, are silent, and close connections. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HttpApi } from '../../shared/client/http-api.ts';
import { keepAliveTransport } from '../../shared/worker/keep-alive-transport.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function apiOf(answer: RequestListener): Promise<HttpApi> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new HttpApi({ url: `http://127.0.0.1:${port}`, transport: keepAliveTransport() });
}

it('sends JSON with its length, and reads JSON of several chunks', async () => {
  const api = await apiOf(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { 'content-type': type, 'content-length': length } = request.headers;
    response.write('{"seen":');
    response.end(`${JSON.stringify({ body, type, length, method: request.method })}}`);
  });
  expect(await api.call('POST', '/v1/x', { name: 'Bär' }, { idempotent: false })).toEqual({
    seen: { body: '{"name":"Bär"}', type: 'application/json', length: '15', method: 'POST' },
  });
});

it.each([
  ['/v1/x?filter=a%3D%22b%22&pageSize=1', '/v1/x?filter=a%3D%22b%22&pageSize=1'],
  ['/v1/operations/a.b~c:wait', '/v1/operations/a.b~c:wait'],
  ['/v1/a b/ä', '/v1/a%20b/%C3%A4'],
  ['/v1/../v2/./x', '/v2/x'],
  ['', '/'],
])('sends the path %j as fetch does', async (path, sent) => {
  const api = await apiOf((request, response) => {
    response.end(JSON.stringify({ url: request.url, host: request.headers.host }));
  });
  const host = new URL(api.url).host;
  expect(await api.call('GET', path, undefined, { idempotent: false })).toEqual({ url: sent, host });
});

it('sends the name and the password of the URL', async () => {
  const { url } = await apiOf((request, response) => {
    response.end(JSON.stringify({ authorization: request.headers.authorization }));
  });
  const api = new HttpApi({
    url: url.replace('http://', 'http://me:secret@'),
    transport: keepAliveTransport(),
  });
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  for (const path of ['/', '/a b']) {
    expect(await api.call('GET', path, undefined, { idempotent: false })).toEqual({ authorization });
  }
});

it('uses one connection for calls that follow each other', async () => {
  const connections = new Set<unknown>();
  const api = await apiOf((request, response) => {
    connections.add(request.socket);
    response.end('{}');
  });
  for (let call = 0; call < 3; call++) await api.call('GET', '/', undefined, { idempotent: true });
  expect(connections.size).toBe(1);
});

it('tries once more if the server had closed the connection that it used again', async () => {
  let calls = 0;
  const api = await apiOf((request, response) => {
    if (++calls === 2) request.socket.resetAndDestroy();
    else response.end(`{"calls":${calls}}`);
  });
  await api.call('GET', '/', undefined, { idempotent: false });
  expect(await api.call('GET', '/', undefined, { idempotent: false })).toEqual({ calls: 3 });
});

it('is UNAVAILABLE if the answer takes too long or breaks off, and rejects with the reason of an abort', async () => {
  const silent = await apiOf(() => {});
  const once = { idempotent: false } as const;
  await expect(silent.call('GET', '/', undefined, { ...once, timeoutMs: 20 })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('no answer within 20 ms'),
  });
  const broken = await apiOf((request, response) => {
    response.write('{"a":', () => request.socket.destroy());
  });
  await expect(broken.call('GET', '/', undefined, once)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const stopped = new AbortController();
  const call = silent.call('GET', '/', undefined, { ...once, signal: stopped.signal });
  stopped.abort(new Error('stop'));
  await expect(call).rejects.toThrow('stop');
});
