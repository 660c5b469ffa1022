/** The answers of the server to browsers and to other clients. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages } from '../../console/server/console-pages.ts';
import { requirePageToken } from '../../console/server/page-token.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages of the console', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
  });
  afterAll(() => system?.stop());

  const tokenOf = (html: string) => /&quot;token&quot;:&quot;([\w-]+)&quot;/.exec(html)?.[1] ?? '';

  it.each(['/', '/?filter=x', '/system', '/operations/a~2'])('%s is HTML for a browser', async (path) => {
    const response = await fetch(system.operationsUrl + path, { headers: HTML });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await response.text();
    expect(tokenOf(html)).toMatch(/^[\w-]{32}$/);
    const files = [...html.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const answer = await fetch(system.operationsUrl + file);
      expect([file, answer.status, answer.headers.get('cache-control')]).toEqual([
        file,
        200,
        expect.stringContaining('immutable'),
      ]);
      await answer.arrayBuffer();
    }
  });

  it('at / other clients get JSON', async () => {
    for (const accept of ['application/json', '*/*']) {
      const response = await fetch(system.operationsUrl, { headers: { accept } });
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      await response.json();
    }
  });

  it('serves no file from beside the built ones', async () => {
    for (const path of [
      '/console/..%2f..%2fpackage.json',
      '/console/%2e%2e/%2e%2e/package.json',
      '/console/',
    ]) {
      const response = await fetch(system.operationsUrl + path, { headers: HTML });
      expect([path, response.status]).toEqual([path, 404]);
    }
  });

  it('a page needs its token to change something, and a program none', async () => {
    const html = await (await fetch(system.operationsUrl, { headers: HTML })).text();
    const create = (id: string, headers: Record<string, string>) =>
      fetch(`${system.operationsUrl}/v1/operations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ operationId: id }),
      });
    const origin = system.operationsUrl;
    expect((await create('page-without', { origin })).status).toBe(403);
    expect((await create('page-wrong', { origin, 'x-console-token': 'x'.repeat(32) })).status).toBe(403);
    expect((await create('page-fetch', { 'sec-fetch-site': 'same-origin' })).status).toBe(403);
    expect((await create('page-right', { origin, 'x-console-token': tokenOf(html) })).status).toBe(200);
    expect((await create('program', {})).status).toBe(200);
    expect((await fetch(`${system.operationsUrl}/v1/operations/page-without`)).status).toBe(404);
  });
});

it('a console without a token offers and allows no act', async () => {
  const app = express();
  app.use(requirePageToken(undefined));
  app.use(consolePages(() => ({ readOnlyReason: 'Read-only: the "setting" & <b>more</b>' })));
  app.use((_request, response) => void response.json({}));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const html = await (await fetch(url, { headers: HTML })).text();
    expect(html).not.toContain('token');
    expect(html).toContain('&quot;setting\\&quot; &amp;');
    const headers = { origin: url, 'x-console-token': '' };
    expect((await fetch(`${url}/v1/operations/a`, { method: 'DELETE', headers })).status).toBe(403);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
