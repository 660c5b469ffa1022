import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExecutionsClient } from '@google-cloud/workflows';
import express, { type Request } from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WorkflowsHandler } from '../../executor/api/workflows-handler.ts';
import { Executor, workflowsApi } from '../../executor/index.ts';

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
    headers: { 'content-type': 'application/json' },
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
    expect(found[0]?.result).toBe('');
    const [full] = await client.listExecutions({ parent: `${PARENT}/add-one`, view: 'FULL' });
    expect(full.map(({ result }) => result)).toContain('42');
    const [basic] = await client.getExecution({ name: created.name, view: 'BASIC' });
    expect(basic).toMatchObject({ state: 'SUCCEEDED', result: '' });
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

describe('callbacks', () => {
  const CALLBACK = `
main:
  params: [method]
  steps:
    - make:
        call: events.create_callback_endpoint
        args: {http_callback_method: "\${method}"}
        result: endpoint
    - publish:
        call: sys.log
        args: {text: "\${endpoint.url}"}
    - wait:
        call: events.await_callback
        args: {callback: "\${endpoint}", timeout: 60}
        result: request
    - answer:
        return: \${request}
`;

  /** An execution that waits for a callback, and the address it waits at. */
  async function waiting(method: string) {
    const urls: string[] = [];
    const own = new Executor({
      baseUrl: () => `http://localhost:${port}`,
      onLog: ({ data }) => urls.push(String(data)),
    });
    own.deploy('callback', CALLBACK);
    const app = express();
    app.use(workflowsApi(own));
    const listening = await new Promise<Server>((resolve) => {
      const started = app.listen(0, () => resolve(started));
    });
    const execution = own.createExecution('callback', { argument: JSON.stringify(method) });
    await expect.poll(() => urls.length).toBe(1);
    const path = new URL(urls[0] ?? '').pathname;
    const url = `http://localhost:${(listening.address() as AddressInfo).port}${path}`;
    const close = async () => {
      await own.close();
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    };
    return { execution, url, path, close };
  }

  it('hand the whole request to the workflow', async () => {
    const { execution, url, path, close } = await waiting('POST');
    const response = await fetch(`${url}?who=me`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-custom': 'c' },
      body: '{"n":9007199254740993}',
    });
    expect(response.status).toBe(200);
    await execution.done;
    expect(execution.result).toContain('"body":{"n":9007199254740993}');
    expect(JSON.parse(execution.result ?? '')).toMatchObject({
      http_request: {
        method: 'POST',
        query: { who: 'me' },
        url: `${path}?who=me`,
        headers: { 'x-custom': 'c' },
      },
      received_time: expect.stringMatching(/^\d{4}-.*Z$/),
      type: 'HTTP',
    });
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    await close();
  });

  it('are listed while the execution runs, with the requests that no step has taken', async () => {
    const { execution, url, close } = await waiting('PUT');
    const list = url.slice(0, url.lastIndexOf('/'));
    const id = url.slice(url.lastIndexOf('/') + 1);
    const listed = async () => (await fetch(list)).json();
    await expect.poll(listed).toEqual({
      callbacks: [
        { name: `${execution.name}/callback/${id}`, method: 'PUT', availablePayloads: [], waiters: '1' },
      ],
    });
    expect((await fetch(list.replace(execution.id, 'another'))).status).toBe(404);
    await fetch(url, { method: 'PUT' });
    await execution.done;
    await expect.poll(listed).toEqual({ callbacks: [] });
    await close();
  });

  it('ask the caller to come again while an execution of an earlier process has yet to make its endpoints', async () => {
    const deliver = vi.spyOn(executor.callbacks, 'deliver').mockReturnValue('not restored');
    const response = await fetch(`http://localhost:${port}/v1/${PARENT}/w/executions/e/callbacks/c`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ error: { status: 'UNAVAILABLE' } });
    deliver.mockRestore();
  });

  it('refuse another method, and endpoints that do not exist', async () => {
    const { execution, url, close } = await waiting('GET');
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}x`)).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
    await execution.done;
    expect(JSON.parse(execution.result ?? '')).toMatchObject({ http_request: { body: null, method: 'GET' } });
    await close();
  });
});

it('a callback that comes before it is awaited is kept (uncertain)', async () => {
  const urls: string[] = [];
  const own = new Executor({ onLog: ({ data }) => urls.push(String(data)) });
  own.deploy(
    'late',
    `
- make:
    call: events.create_callback_endpoint
    result: endpoint
- publish:
    call: sys.log
    args: {text: "\${endpoint.url}"}
- work:
    call: sys.sleep
    args: {seconds: 0.05}
- wait:
    call: events.await_callback
    args: {callback: "\${endpoint}"}
    result: request
- answer:
    return: \${request}
`,
  );
  const execution = own.createExecution('late');
  await expect.poll(() => urls.length).toBe(1);
  expect(own.callbacks.deliver(new URL(urls[0] ?? '').pathname, 'POST', 'early')).toBe('delivered');
  expect(own.callbacks.endpointsOf(execution.name)).toMatchObject([{ received: ['early'], waiters: 0 }]);
  expect((await execution.done).result).toBe('"early"');
  await own.close();
});

describe('step entries', () => {
  it('are listed in pages and read one by one, with the usage beside', async () => {
    executor.deploy('add-one', ADD_ONE);
    const { name } = await executor.run('add-one', { argument: '{"x":1}', project: 'any-project' });
    const all = await call('GET', `${name}/stepEntries`);
    expect(all.body).toMatchObject({
      stepEntries: [
        { step: 'add', routine: 'main', stepType: 'STEP_RETURN', state: 'STATE_SUCCEEDED', entryId: '1' },
      ],
      totalSize: 1,
    });
    expect((await call('GET', `${name}/stepEntries/1`)).body).toMatchObject({
      name: `${name}/stepEntries/1`,
    });
    expect((await call('GET', `${name}/stepEntries/2`)).status).toBe(404);
    expect((await call('GET', name)).body).toMatchObject({ usage: { steps: 1, httpCalls: 0 } });
  });
});

// The reference of executions.list and stepEntries.list names the fields.
describe('the fields of a list', () => {
  const listed = async (path: string): Promise<Record<string, string>[]> => {
    const { body } = await call('GET', path);
    const { executions, stepEntries } = body as Record<string, Record<string, string>[]>;
    return executions ?? stepEntries ?? [];
  };

  it('of executions are those of the reference, for filters and for orderBy', async () => {
    executor.deploy('ordered', ADD_ONE);
    const first = await executor.run('ordered', { argument: '{"x":1}' });
    const second = await executor.run('ordered', { argument: '{}' });
    const names = async (query: string) =>
      (await listed(`${PARENT}/ordered/executions?${query}`)).map(({ name }) => name?.split('/').at(-1));
    const filtered = (filter: string) => names(`filter=${encodeURIComponent(filter)}`);
    expect(await names('')).toEqual([second.id, first.id]);
    expect(await names('orderBy=createTime')).toHaveLength(2);
    expect(await names('orderBy=state')).toEqual([second.id, first.id]);
    expect(await names('orderBy=state%20desc,executionId')).toEqual([first.id, second.id]);
    expect(await filtered(`executionId="${first.id}"`)).toEqual([first.id]);
    expect(await filtered('createTime>"2023-08-01" AND state="FAILED"')).toEqual([second.id]);
    expect(await filtered('createTime>"2123-08-01"')).toEqual([]);
    expect(await filtered(`workflowRevisionId="${first.workflowRevisionId}"`)).toHaveLength(2);
    expect(await filtered('stepName="add"')).toHaveLength(2);
  });

  it('of step entries too', async () => {
    executor.deploy('steps', '- a: {assign: [{x: 1}]}\n- b: {return: 2}\n');
    const { id } = await executor.run('steps');
    const steps = async (query: string) =>
      (await listed(`${PARENT}/steps/executions/${id}/stepEntries?${query}`)).map(({ step }) => step);
    expect(await steps('')).toEqual(['a', 'b']);
    expect(await steps('orderBy=entryId%20desc')).toEqual(['b', 'a']);
    expect(await steps('filter=stepType%3D%22STEP_RETURN%22')).toEqual(['b']);
    expect(await steps('filter=entryId%3C2')).toEqual(['a']);
  });
});

describe('what the API refuses', () => {
  it.each([
    ['a body that is no map', 'POST', `${PARENT}/add-one/executions`, '[]'],
    ['an argument that is no string', 'POST', `${PARENT}/add-one/executions`, '{"argument":{}}'],
    ['labels that are no map', 'POST', `${PARENT}/add-one/executions`, '{"labels":"x"}'],
    ['labels that are no text', 'POST', `${PARENT}/add-one/executions`, '{"labels":{"a":1}}'],
    ['a bad workflow id', 'POST', `${PARENT}?workflowId=9`, '{"sourceContents":"- a:\\n    return: 1"}'],
    ['a deploy without source', 'POST', `${PARENT}?workflowId=x`, '{}'],
    ['a filter on an unknown field', 'GET', `${PARENT}/add-one/executions?filter=zzz%3D1`, undefined],
    [
      'a filter that can not be read',
      'GET',
      `${PARENT}/add-one/executions?filter=state%3D%22A%22%20OR%20x`,
      undefined,
    ],
    [
      'a time in a filter that is none',
      'GET',
      `${PARENT}/add-one/executions?filter=createTime%3Eyesterday`,
      undefined,
    ],
    ['an order by an unknown field', 'GET', `${PARENT}/add-one/executions?orderBy=labels`, undefined],
    ['an order without a direction', 'GET', `${PARENT}/add-one/executions?orderBy=state%20down`, undefined],
    ['a bad page token', 'GET', `${PARENT}/add-one/executions?pageToken=!!`, undefined],
    ['a negative page size', 'GET', `${PARENT}/add-one/executions?pageSize=-1`, undefined],
  ])('%s', async (_name, method, path, body) => {
    executor.deploy('add-one', ADD_ONE);
    const response = await call(method, path, body);
    expect(response).toMatchObject({
      status: 400,
      body: { error: { code: 400, status: 'INVALID_ARGUMENT' } },
    });
  });

  it('what does not exist', async () => {
    expect((await call('GET', `${PARENT}/add-one/executions/nobody`)).status).toBe(404);
    expect((await call('POST', `${PARENT}/add-one/executions/nobody:cancel`)).status).toBe(404);
    expect((await call('GET', 'projects/p/locations/l/operations/nobody')).status).toBe(404);
    expect((await call('DELETE', `${PARENT}/nobody`)).status).toBe(404);
  });
});

it('keeps the operations of the last thousand deployments', () => {
  const handler = new WorkflowsHandler(executor, 'v1');
  const requestOf = (params: object) => ({ params, query: {}, body: {} }) as unknown as Request;
  executor.deploy('add-one', ADD_ONE);
  const deployments = Array.from({ length: 1_001 }, () => handler.update(requestOf({ workflow: 'add-one' })));
  const find = (deployment: object | undefined) => {
    const { name } = deployment as { name: string };
    return handler.operation(requestOf({ operation: name.slice(name.lastIndexOf('/') + 1) }));
  };
  expect(() => find(deployments[0])).toThrow('does not exist');
  expect(find(deployments[1])).toBe(deployments[1]);
});
