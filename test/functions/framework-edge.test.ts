/** What the edge does before a function of the functions-framework is called. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import express from 'express';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { installFrameworkEdge } from '../../functions/framework-edge.ts';
import { rawRequest } from '../local/raw-request.ts';

const MIB = 1024 * 1024;

let server: Server;
let port: number;
let removeEdge: () => void;
/** The targets and bodies with which the function was called. */
const calls: {
  readonly url: string | undefined;
  readonly rawBody: string | undefined;
  readonly body: unknown;
}[] = [];

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production');
  removeEdge = installFrameworkEdge({ readsBodies: true });
  const inner = express().use((request: express.Request & { rawBody?: Buffer }, response) => {
    calls.push({ url: request.url, rawBody: request.rawBody?.toString(), body: request.body });
    response.json({});
  });
  // The console is such an application within the one of the framework.
  http('behind-the-edge', inner.disable('x-powered-by'));
  server = getTestServer('behind-the-edge');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  calls.length = 0;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  removeEdge();
  vi.unstubAllEnvs();
});

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

it('keeps the bytes of a body, which no parser of the framework has read', async () => {
  expect((await post('{"a":1')).status).toBe(200);
  expect(calls).toEqual([{ url: '/', rawBody: '{"a":1', body: undefined }]);
});

it('turns an absolute target into origin form', async () => {
  expect((await rawRequest(port, `http://localhost:${port}/x?y=1`)).status).toBe(200);
  expect(calls).toMatchObject([{ url: '/x?y=1' }]);
});

it.each([
  ['a target with a fragment', '/x#y', {}],
  ['a target of another scheme', 'ftp://localhost/x', {}],
  ['a second host', '/', { Host: 'other.example.com' }],
])('refuses %s in JSON, before the function sees it', async (_, target, headers) => {
  const { status, head, body } = await rawRequest(port, target, { headers });
  expect(status).toBe(400);
  expect(head).toMatch(/content-type: application\/json/i);
  expect(JSON.parse(body)).toMatchObject({ error: { details: [{ reason: 'BROKEN_REQUEST' }] } });
  expect(calls).toEqual([]);
});

it.each([
  ['plain', Buffer.alloc(14 * MIB + 1, ' '), {}],
  ['compressed', gzipSync(Buffer.alloc(14 * MIB + 1, ' ')), { 'content-encoding': 'gzip' }],
])('refuses a body that is too large, %s, before the function sees it', async (_, body, headers) => {
  const answer = await post(body, headers);
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ error: { details: [{ reason: 'BODY_TOO_LARGE' }] } });
  expect(calls).toEqual([]);
});

it('says not by which library it answers', async () => {
  const answers = [await post('{}'), await post('{}', { 'content-encoding': 'snappy' })];
  expect(answers.map(({ status }) => status)).toEqual([200, 415]);
  for (const { headers } of answers) expect(headers.get('x-powered-by')).toBeNull();
});

it('is one for all requests, and none for an application within the function', async () => {
  await post('{}');
  const framework = createRequire(import.meta.url).resolve('@google-cloud/functions-framework');
  // Every express application is made by it.
  const made = vi.spyOn(createRequire(framework)('express').application, 'init');
  const madeHere = vi.spyOn(express.application as unknown as { init: () => void }, 'init');
  await post('{}');
  await post('{}');
  expect(made).not.toHaveBeenCalled();
  expect(madeHere).not.toHaveBeenCalled();
});
