import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExecutionsClient } from '@google-cloud/workflows';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executor, workflowsApi } from '../../local/workflows/index.ts';

type ClientAuth = NonNullable<ConstructorParameters<typeof ExecutionsClient>[0]>['auth'];

const PARENT = 'projects/any-project/locations/anywhere/workflows';
const ADD_ONE = `
main:
  params: [args]
  steps:
    - add:
        return: \${args.x + 1}
`;

let executor: Executor;
let server: Server;
let port: number;
let client: ExecutionsClient;

beforeAll(async () => {
  executor = new Executor({ baseUrl: () => `http://localhost:${port}` });
  const app = express();
  app.use(workflowsApi(executor));
  app.get('/v1/operations/mine', (_request, response) => {
    response.json({ name: 'operations/mine' });
  });
  server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, () => resolve(listening));
  });
  port = (server.address() as AddressInfo).port;
  client = new ExecutionsClient({
    fallback: true,
    apiEndpoint: 'localhost',
    port,
    protocol: 'http',
    auth: noAuth() as unknown as ClientAuth,
  });
});

afterAll(async () => {
  await client.close();
  await executor.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What the client asks of google-auth-library, without credentials. */
function noAuth() {
  const auth = {
    getRequestHeaders: async () => new Headers(),
    getClient: async () => auth,
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    getProjectId: async () => 'any-project',
    getUniverseDomain: async () => 'googleapis.com',
  };
  return auth;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://localhost:${port}/v1/${path}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function finished(name: string) {
  await executor.execution(name)?.done;
  const [execution] = await client.getExecution({ name });
  return execution;
}

describe('the Workflow Executions API, through the unmodified client', () => {
  it('creates, gets and lists executions', async () => {
    executor.deploy('add-one', ADD_ONE);
    const [created] = await client.createExecution({
      parent: `${PARENT}/add-one`,
      execution: { argument: '{"x":41}', labels: { wait: 'w1' } },
    });
    expect(created.name).toMatch(
      /^projects\/any-project\/locations\/anywhere\/workflows\/add-one\/executions\//,
    );
    const execution = await finished(created.name ?? '');
    expect(execution).toMatchObject({ state: 'SUCCEEDED', result: '42', labels: { wait: 'w1' } });
    const [found] = await client.listExecutions({ parent: `${PARENT}/add-one`, filter: 'labels.wait="w1"' });
    expect(found.map(({ name }) => name)).toEqual([created.name]);
    const [none] = await client.listExecutions({
      parent: `${PARENT}/add-one`,
      filter: 'labels.wait="w1" AND state="FAILED"',
    });
    expect(none).toEqual([]);
  });

  it('reports why an execution failed', async () => {
    executor.deploy('add-one', ADD_ONE);
    const [created] = await client.createExecution({
      parent: `${PARENT}/add-one`,
      execution: { argument: '{}' },
    });
    const execution = await finished(created.name ?? '');
    expect(execution.state).toBe('FAILED');
    expect(JSON.parse(execution.error?.payload ?? '')).toEqual({
      message: 'KeyError: key not found: x',
      tags: ['KeyError', 'LookupError'],
    });
    expect(execution.error?.context).toBe(
      'KeyError: key not found: x\nin step "add", routine "main", line: 5',
    );
    expect(execution.error?.stackTrace?.elements).toMatchObject([{ step: 'add', routine: 'main' }]);
  });

  it('cancels an execution', async () => {
    executor.deploy('sleeper', '- nap:\n    call: sys.sleep\n    args: {seconds: 86400}\n');
    const [created] = await client.createExecution({ parent: `${PARENT}/sleeper`, execution: {} });
    expect(created.state).toBe('ACTIVE');
    const [cancelled] = await client.cancelExecution({ name: created.name });
    expect(cancelled.state).toBe('CANCELLED');
    await executor.execution(created.name ?? '')?.stopped();
  });

  it('answers 404 for an unknown workflow and 400 for an argument that is too large', async () => {
    const unknown = client.createExecution({ parent: `${PARENT}/nobody`, execution: {} });
    await expect(unknown).rejects.toMatchObject({ code: 5 });
    executor.deploy('add-one', ADD_ONE);
    const argument = JSON.stringify('x'.repeat(33_000));
    const large = client.createExecution({ parent: `${PARENT}/add-one`, execution: { argument } });
    await expect(large).rejects.toMatchObject({ code: 3 });
  });

  it('pages through a long list', async () => {
    executor.deploy('paged', ADD_ONE);
    for (let x = 0; x < 5; x++) await executor.run('paged', { argument: JSON.stringify({ x }) });
    const first = await call('GET', `${PARENT}/paged/executions?pageSize=3`);
    const token = (first.body as { nextPageToken: string }).nextPageToken;
    const second = await call('GET', `${PARENT}/paged/executions?pageSize=3&pageToken=${token}`);
    expect(first.body).toMatchObject({ executions: [{}, {}, {}] });
    expect((second.body as { executions: unknown[] }).executions).toHaveLength(2);
    expect(second.body).not.toHaveProperty('nextPageToken');
  });
});

describe('the Workflows API', () => {
  it('deploys, updates, lists and deletes', async () => {
    const created = await call('POST', `${PARENT}?workflowId=deployed`, { sourceContents: ADD_ONE });
    expect(created.body).toMatchObject({ done: true, response: { state: 'ACTIVE' } });
    const again = await call('POST', `${PARENT}?workflowId=deployed`, { sourceContents: ADD_ONE });
    expect(again.status).toBe(409);
    const updated = await call('PATCH', `${PARENT}/deployed`, { description: 'adds one' });
    expect(updated.body).toMatchObject({ response: { description: 'adds one', sourceContents: ADD_ONE } });
    const { name } = updated.body as { name: string };
    expect((await call('GET', name)).body).toMatchObject({ done: true });
    expect((await call('GET', `${PARENT}/deployed`)).body).toMatchObject({
      revisionId: expect.stringMatching(/^000002-/),
    });
    expect((await call('DELETE', `${PARENT}/deployed`)).status).toBe(200);
    expect((await call('GET', `${PARENT}/deployed`)).status).toBe(404);
  });

  it('refuses a source with problems, and says where they are', async () => {
    const source = `- a:\n    return: \${nobody}\n`;
    const { status, body } = await call('POST', `${PARENT}?workflowId=wrong`, { sourceContents: source });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: {
        status: 'INVALID_ARGUMENT',
        message: "2:13: error in step a: symbol 'nobody' is neither a variable nor a sub-workflow name",
      },
    });
  });

  it('leaves other paths alone and refuses a malformed body', async () => {
    expect((await call('GET', 'operations/mine')).body).toEqual({ name: 'operations/mine' });
    const { status, body } = await call('POST', `${PARENT}/deployed/executions`, '{');
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
  });
});
