/** The API as the functions-framework calls it: the body has been read before. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { installFrameworkEdge } from '../../functions/framework-edge.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { rawRequest } from '../local/raw-request.ts';
import { orchestratorOn } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

let store: OperationStore;
let server: Server;
let url: string;
let api: DescribedApi;
let removeEdge: () => void;

beforeAll(async () => {
  // As functions/index.ts has it.
  vi.stubEnv('NODE_ENV', 'production');
  removeEdge = installFrameworkEdge({ readsBodies: true });
  store = await openSqliteStore();
  const orchestrator = orchestratorOn(store);
  http(
    'operations-under-test',
    operationsRouter(async () => orchestrator, { maxWaitMs: 1 }),
  );
  server = getTestServer('operations-under-test');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await DescribedApi.at(url);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  removeEdge();
  vi.unstubAllEnvs();
});

it('reads a body that the framework has read already', async () => {
  const { body } = await api.call('POST', '/v1/operations', { operationId: 'framed', method: 'm' });
  expect(body).toEqual({ name: 'operations/framed' });
  expect((await api.call('GET', '/v1/operations/operations%2Fframed')).body).toEqual(body);
  expect((await api.call('POST', '/v1/operations/framed:wait', { timeout: '0s' })).body).toEqual(body);
  expect((await api.call('POST', '/v1/operations/framed:cancel')).body).toEqual({});
  const { status } = await api.call('DELETE', '/v1/operations/framed');
  expect(status).toBe(200);
});

it.each([
  ['another type', 'x', { 'content-type': 'text/plain' }, 415],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a type of the framework', '{}', { 'content-type': 'application/cloudevents+json' }, 415],
  ['no JSON, of a type that is not said', '{"a', { 'content-type': '' }, 400],
  ['too large', JSON.stringify({ method: 'm'.repeat(9 * 1024 * 1024) }), {}, 413],
  ['an unknown field', '{"nonsense":1}', {}, 400],
])('refuses a body that is %s', async (_, body, headers, code) => {
  expect((await api.call('POST', '/v1/operations', body, headers)).status).toBe(code);
});

it.each([
  ['GET', '/nothing', 404],
  ['PUT', '/v1/operations', 405],
  ['GET', '/v1/operations?filter=(', 400],
])('%s %s', async (method, path, code) => {
  expect((await api.call(method, path)).status).toBe(code);
});

/** These never reach the function: the framework answers them. */
it.each([
  ['a path that is not percent-encoded UTF-8', 'GET', '/v1/operations/%ff', undefined, {}],
  ['a body that is declared as JSON and is not', 'POST', '/v1/operations', '{"a', {}],
  ['an encoding that no parser knows', 'POST', '/v1/operations', '{}', { 'content-encoding': 'snappy' }],
])('answers %s in JSON, without a stack', async (_, method, path, body, headers) => {
  const response = await api.call(method, path, body, headers as Record<string, string>);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(JSON.stringify(response.body)).not.toMatch(/node_modules|at \w+|SyntaxError/);
});

it('refuses a body that grows beyond the limit when it is decompressed', async () => {
  const body = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const response = await fetch(`${url}/v1/operations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body,
  });
  expect(response.status).toBe(413);
});

it('serves request targets in absolute form', async () => {
  const { port } = server.address() as AddressInfo;
  expect((await rawRequest(port, `http://localhost:${port}/v1/operations/nobody`)).status).toBe(404);
  expect((await rawRequest(port, `http://localhost:${port}/openapi.json`)).status).toBe(200);
});
