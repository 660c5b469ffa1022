/** What a web page of another origin can do on a machine where a local system runs: nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveExecutor } from '../../executor/api/server.ts';
import { Executor } from '../../executor/index.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { rawRequest } from './raw-request.ts';

let system: LocalSystem;
let port: number;

beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
  port = Number(new URL(system.url).port);
  await system.lifecycle.operation('operations/victim').create();
});
afterAll(() => system.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENT = Buffer.from('{"operation":"operations/planted","created":{}}').toString('base64');
const EXECUTIONS = '/v1/projects/p/locations/l/workflows/parallel-poll/executions';

/** Every kind of call that changes something, or that a page would like to read. */
const CALLS: readonly (readonly [method: string, path: string, body: string])[] = [
  ['POST', '/v1/projects/local/topics/operation-lifecycle:publish', `{"messages":[{"data":"${EVENT}"}]}`],
  ['PUT', '/v1/projects/local/topics/planted-topic', '{}'],
  ['DELETE', '/v1/projects/local/topics/operation-lifecycle', ''],
  ['POST', '/v1/projects/local/subscriptions/operation-completions-local:pull', '{"maxMessages":1}'],
  ['POST', '/v1/operations', '{"operationId":"planted"}'],
  ['POST', '/v1/operations/victim:cancel', '{}'],
  ['DELETE', '/v1/operations/victim', ''],
  ['GET', '/v1/operations/victim', ''],
  ['GET', '/v1/operations', ''],
  ['POST', '/resume', '{"data":{}}'],
  ['POST', '/sweep', '{}'],
  [
    'POST',
    '/v1/projects/p/locations/l/workflows?workflowId=planted',
    '{"sourceContents":"- a:\\n    return: 1\\n"}',
  ],
  ['POST', EXECUTIONS, '{}'],
  ['GET', EXECUTIONS, ''],
  ['GET', `${EXECUTIONS}/x/callbacks/y`, ''],
  ['OPTIONS', '/v1/operations', ''],
  ['GET', '/openapi.json', ''],
];

const FOREIGN: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ['a page elsewhere', { origin: 'https://evil.example' }],
  ['a page on another port of this machine', { origin: 'http://localhost:3000' }],
  ['a page of the same name over https', { origin: 'https://localhost' }],
  ['a sandboxed page', { origin: 'null' }],
  ['an image of a page elsewhere', { 'sec-fetch-site': 'cross-site' }],
  ['an image of a page on another port', { 'sec-fetch-site': 'same-site' }],
  [
    'a frame of a page elsewhere',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ],
  ['a page whose name was pointed at this machine', { host: 'evil.example' }],
  ['a page whose name begins like this machine', { host: 'localhost.evil.example' }],
  ['a page whose name ends like this machine', { host: 'evil.localhost' }],
  ['a page whose name looks like a port', { host: 'localhost:80@evil.example' }],
  ['a page at an address that is not loopback', { host: '0.0.0.0' }],
];

describe.each(FOREIGN)('%s', (_, headers) => {
  it.each(CALLS)('cannot %s %s', async (method, path, body) => {
    const answer = await rawRequest(port, path, { method, headers: { ...JSON_TYPE, ...headers }, body });
    expect(answer.status).toBe(403);
    expect(answer.head.toLowerCase()).toContain('content-type: application/json');
    expect(answer.head.toLowerCase()).not.toContain('access-control');
    if (method !== 'HEAD')
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 403, status: 'PERMISSION_DENIED' } });
  });
});

describe('a body that is not declared as JSON', () => {
  it.each(CALLS.filter(([method, , body]) => method !== 'GET' && body !== ''))(
    'is refused by %s %s',
    async (method, path, body) => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const answer = await rawRequest(port, path, { method, headers: { 'content-type': type }, body });
        expect([method, path, type, answer.status]).toEqual([method, path, type, 415]);
        expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 415 } });
      }
    },
  );
});

describe('a caller that is no page of another origin', () => {
  it('finds its operation unchanged', async () => {
    const answer = await rawRequest(port, '/v1/operations/victim:inspect');
    expect(JSON.parse(answer.body)).toMatchObject({ state: 'RUNNING', cancelRequested: false });
    expect((await rawRequest(port, '/v1/operations/planted')).status).toBe(404);
  });

  it.each([
    ['a program', {}],
    ['a page of this server', { 'sec-fetch-site': 'same-origin' }],
    ['an address that a person typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ])('%s is answered', async (_, headers) => {
    const answer = await rawRequest(port, '/v1/operations/victim', { headers });
    expect(answer.status).toBe(200);
  });

  it('is answered at the default port of http, which no Host header shows', async () => {
    const headers = { host: 'localhost', origin: 'http://localhost' };
    expect((await rawRequest(port, '/v1/operations/victim', { headers })).status).toBe(200);
  });

  it('a page of this server is answered by each of its names', async () => {
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      const host = `${name}:${port}`;
      const headers = { host, origin: `http://${host}` };
      expect((await rawRequest(port, '/v1/operations/victim', { headers })).status).toBe(200);
    }
  });
});

describe('a link on a page elsewhere', () => {
  const opened = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  const statusOf = async (path: string, headers: Readonly<Record<string, string>>, method = 'GET') =>
    (await rawRequest(port, path, { method, headers: { accept: 'text/html', ...headers } })).status;

  it.each(['/', '/?filter=x', '/system', '/operations/victim', '/operations/victim?tab=waits'])(
    'opens the page %s of the console as a document, and in no other way',
    async (path) => {
      expect(await statusOf(path, opened)).toBe(200);
      expect(await statusOf(path, opened, 'HEAD')).toBe(403);
      expect(await statusOf(path, opened, 'POST')).toBe(403);
      const others: readonly Readonly<Record<string, string>>[] = [
        { 'sec-fetch-dest': 'iframe' },
        { 'sec-fetch-dest': 'empty' },
        { 'sec-fetch-mode': 'no-cors' },
        { origin: 'https://evil.example' },
        { host: 'evil.example' },
      ];
      for (const other of others) {
        expect([other, await statusOf(path, { ...opened, ...other })]).toEqual([other, 403]);
      }
    },
  );

  it.each([
    '/v1/operations',
    '/openapi.json',
    '/systems',
    '/operations',
    '/operations/victim/children',
    '//system',
  ])('does not open %s', async (path) => {
    expect(await statusOf(path, opened)).toBe(403);
  });
});

describe('request targets in absolute form', () => {
  it.each(['/v1/operations/victim', '/v1/projects/p/topics/operation-lifecycle', EXECUTIONS])(
    'lead to %s',
    async (path) => {
      expect((await rawRequest(port, `http://localhost:${port}${path}`)).status).toBe(200);
    },
  );

  it.each(['', '?view=SUMMARY', '/'])('may end with "%s" behind the host', async (end) => {
    const headers = { accept: 'text/html' };
    for (const scheme of ['http', 'HTTP', 'https']) {
      const answer = await rawRequest(port, `${scheme}://localhost:${port}${end}`, { headers });
      expect([scheme, answer.status]).toEqual([scheme, 200]);
    }
  });

  it('count instead of the Host header', async () => {
    const path = '/v1/operations/victim';
    expect((await rawRequest(port, `http://evil.example${path}`)).status).toBe(403);
    const headers = { host: 'evil.example' };
    expect((await rawRequest(port, `http://localhost:${port}${path}`, { headers })).status).toBe(200);
  });
});

describe('errors', () => {
  it.each([
    ['POST', EXECUTIONS, '{"argument"', 400],
    ['POST', EXECUTIONS, '[]', 400],
    ['GET', '/v1/projects/%ff/locations/l/workflows/w', '', 400],
    ['GET', '/v1/projects/p/topics/%ff', '', 400],
    ['GET', '/v1/operations/%ff', '', 400],
    ['GET', '/resume/%ff', '', 404],
    ['POST', '/v1/projects/p/topics/operation-lifecycle:publish', '{', 400],
    ['POST', '/resume', '{', 400],
    ['PATCH', '/nothing', '', 404],
    ['GET', '//evil.example/', '', 404],
    ['GET', '*', '', 404],
    ['GET', '//?@#=aaa', '', 400],
    ['GET', '/a#b', '', 400],
  ])('of %s %s are JSON, without a stack', async (method, path, body, status) => {
    const answer = await rawRequest(port, path, { method, headers: body ? JSON_TYPE : {}, body });
    expect([path, answer.status]).toEqual([path, status]);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: status, details: expect.any(Array) } });
    expect(answer.body).not.toMatch(/node_modules|\.[jt]s:\d|\n\s+at /);
  });
});

describe("the command line's callback server", () => {
  it('refuses pages of another origin, and answers errors in JSON', async () => {
    const executor = new Executor({ baseUrl: () => '' });
    const callbacks = await serveExecutor(executor);
    const server = Number(new URL(callbacks.url).port);
    try {
      for (const [, headers] of FOREIGN) {
        const answer = await rawRequestOn(server, EXECUTIONS, headers);
        expect([headers, answer.status]).toEqual([headers, 403]);
      }
      expect(JSON.parse((await rawRequestOn(server, '/nothing', {})).body)).toMatchObject({
        error: { code: 404 },
      });
    } finally {
      await callbacks.close();
      await executor.close();
    }
  });

  /** `localhost` may be the loopback address of either family. */
  const rawRequestOn = (server: number, path: string, headers: Readonly<Record<string, string>>) =>
    rawRequest(server, path, { headers });
});
