/** Tokens that the server refuses: the clock of this machine can be behind, and the library keeps a token too long. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Authorization, HttpApi } from '../../shared/client/http-api.ts';
import { identityToken } from '../../shared/client/identity-token.ts';
import { keepAliveTransport } from '../../shared/worker/keep-alive-transport.ts';
import { noticingRefusals } from '../../shared/worker/refused-token.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUp.splice(0)) clean();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let seen: (string | undefined)[];
beforeEach(() => {
  seen = [];
});

it('a header that was refused with 401 is named to the authorization of the next call', async () => {
  const address = await listening((request, response) => {
    seen.push(request.headers.authorization);
    const isRefused = request.headers.authorization === 'old';
    response.writeHead(isRefused ? 401 : 200, {
      'content-type': isRefused ? 'text/html' : 'application/json',
    });
    response.end(isRefused ? '<html>' : '{"ok":true}');
  });
  let token = 'old';
  const authorization: Authorization = async (refused) => {
    if (refused !== undefined) token = 'new';
    return token;
  };
  const api = new HttpApi({
    url: `http://${address}`,
    ...noticingRefusals(authorization, keepAliveTransport()),
  });
  const call = () => api.call('POST', '/v1/operations', {}, { idempotent: false });
  await expect(call()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await call()).toEqual({ ok: true });
  expect(await call()).toEqual({ ok: true });
  expect(seen).toEqual(['old', 'new', 'new']);
});

it('the identity token is kept until the server refuses it, and then fetched again', async () => {
  let fetched = 0;
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const metadata = await listening((request, response) => {
    response.setHeader('metadata-flavor', 'Google');
    if (!request.url?.includes('/identity')) return response.end('{}');
    const claims = Buffer.from(JSON.stringify({ exp: inAnHour, count: ++fetched })).toString('base64url');
    response.end(`h.${claims}.s`);
  });
  const before = { ...process.env };
  cleanUp.push(() => {
    process.env = before;
  });
  process.env = {
    ...before,
    GCE_METADATA_HOST: metadata,
    METADATA_SERVER_DETECTION: 'assume-present',
    GOOGLE_APPLICATION_CREDENTIALS: '',
    HOME: '/nonexistent',
  };
  const authorization = identityToken('https://operations.example.com/v1');
  const first = await authorization();
  expect(await authorization()).toBe(first);
  const second = await authorization(first);
  expect(second).not.toBe(first);
  expect(await authorization()).toBe(second);
  expect(fetched).toBe(2);
});
