// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorCatalog } from '../../executor/connectors/catalog.ts';
import { ConnectorParams } from '../../executor/connectors/connector-params.ts';
import { awaitOperation } from '../../executor/connectors/operation-wait.ts';
import { Raised } from '../../executor/errors/raised.ts';
import { Executor, VirtualClock } from '../../executor/index.ts';
import type { BlockingHost } from '../../executor/stdlib/function.ts';
import { fromValue, toValue } from '../../executor/values/plain.ts';
import { errorOf, resultOf, runWorkflow } from './run.ts';
import { sendJson, startWebServer, type WebServer } from './web-server.ts';

const servers: WebServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A stand-in for an API: answers `/v1/…` from a list, the last answer for ever. */
async function api(...answers: readonly (readonly [status: number, body: unknown])[]): Promise<WebServer> {
  let next = 0;
  const server = await startWebServer((_request, response) => {
    const [status, body] = answers[Math.min(next++, answers.length - 1)] ?? [500, {}];
    sendJson(response, status, body);
  });
  servers.push(server);
  return server;
}

function calling(call: string, args: string): string {
  return `
- request:
    call: ${call}
    args: ${args}
    result: response
- answer:
    return: \${response}
`;
}

const PUBLISH = calling(
  'googleapis.pubsub.v1.projects.topics.publish',
  '{topic: "projects/p/topics/t 1", body: {messages: [{data: aGk=}]}}',
);

describe('connectors', () => {
  it('send the request of the API to the emulator that the variable names', async () => {
    const server = await api([200, { messageIds: ['7'] }]);
    const emulators = { PUBSUB_EMULATOR_HOST: new URL(server.url).host };
    expect(await resultOf(PUBLISH, undefined, { emulators })).toEqual({ messageIds: ['7'] });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/v1/projects/p/topics/t%201:publish',
      body: '{"messages":[{"data":"aGk="}]}',
    });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('send arguments that are not in the path as query parameters', async () => {
    const server = await api([200, {}]);
    const source = calling(
      'googleapis.storage.v1.objects.list',
      '{bucket: "b/c", prefix: "x y", maxResults: 3, versions: true}',
    );
    await resultOf(source, undefined, { emulators: { STORAGE_EMULATOR_HOST: server.url } });
    expect(server.requests[0]?.url).toBe('/storage/v1/b/b%2Fc/o?prefix=x%20y&maxResults=3&versions=true');
  });

  // GoogleCloudPlatform/batch-samples, primegen/workflow.yaml, has the project there.
  it('take required query parameters in the map query too, but not those of the path', async () => {
    const server = await api([200, {}]);
    const emulators = { STORAGE_EMULATOR_HOST: server.url };
    const source = calling('googleapis.storage.v1.buckets.insert', '{query: {project: p}, body: {name: b}}');
    await resultOf(source, undefined, { emulators });
    expect(server.requests[0]?.url).toBe('/storage/v1/b?project=p');
    const missing = calling('googleapis.storage.v1.buckets.get', '{query: {bucket: b}}');
    await expect(runWorkflow(missing)).rejects.toThrow("missing argument 'bucket'");
  });

  it('upload media if uploadType says so', async () => {
    const server = await api([200, { name: 'o' }]);
    const source = calling(
      'googleapis.storage.v1.objects.insert',
      '{bucket: b, name: o, uploadType: media, body: "hello"}',
    );
    await resultOf(source, undefined, { emulators: { STORAGE_EMULATOR_HOST: server.url } });
    expect(server.requests[0]).toMatchObject({
      url: '/upload/storage/v1/b/b/o?name=o&uploadType=media',
      body: 'hello',
    });
  });

  it('raise the HttpError of the API', async () => {
    const server = await api([404, { error: { code: 404 } }]);
    const emulators = { PUBSUB_EMULATOR_HOST: new URL(server.url).host };
    expect(await errorOf(PUBLISH, undefined, { emulators })).toMatchObject({
      code: 404,
      tags: ['HttpError'],
      body: { error: { code: 404 } },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('repeat a POST after 503 and 429, but not after 502', async () => {
    const busy = await api([503, {}], [429, {}], [200, { messageIds: [] }]);
    const emulators = { PUBSUB_EMULATOR_HOST: new URL(busy.url).host };
    await resultOf(PUBLISH, undefined, { emulators });
    expect(busy.requests).toHaveLength(3);
    const broken = await api([502, {}]);
    await errorOf(PUBLISH, undefined, { emulators: { PUBSUB_EMULATOR_HOST: new URL(broken.url).host } });
    expect(broken.requests).toHaveLength(1);
  });

  it('repeat a GET five times after 502', async () => {
    const server = await api([502, {}]);
    const source = calling('googleapis.pubsub.v1.projects.topics.get', '{topic: projects/p/topics/t}');
    await errorOf(source, undefined, { emulators: { PUBSUB_EMULATOR_HOST: new URL(server.url).host } });
    expect(server.requests).toHaveLength(6);
  });

  it('may stand in an expression, with arguments by position', async () => {
    const server = await api([200, { payload: { data: Buffer.from('s3cret').toString('base64') } }]);
    const source = `- a:\n    return: \${googleapis.secretmanager.v1.projects.secrets.versions.accessString("key", "2", "p")}\n`;
    const emulators = { SECRET_MANAGER_EMULATOR_HOST: server.url };
    expect(await resultOf(source, undefined, { emulators })).toBe('s3cret');
    expect(server.requests[0]?.url).toBe('/v1/projects/p/secrets/key/versions/2:access');
  });

  it.each([
    ['gke.request', '{cluster_id: c, location: l, project: p, method: GET, path: /}'],
    ['gke.create_job', '{cluster_id: c, location: l, project: p, job: {}}'],
    ['gke.await_job', '{cluster_id: c, location: l, project: p, job_name: j}'],
    ['gke.delete_job', '{cluster_id: c, location: l, project: p, job_name: j}'],
  ])('know %s', async (name, args) => {
    const { error } = await runWorkflow(calling(name, args));
    expect(error?.payload).toContain(`no mock answers ${name}`);
  });
});

describe('long-running operations of connectors', () => {
  const CREATE = calling(
    'googleapis.spanner.v1.projects.instances.databases.create',
    '{parent: projects/p/instances/i, body: {createStatement: "CREATE DATABASE d"}}',
  );
  const running = [200, { name: 'projects/p/instances/i/databases/d/operations/o' }] as const;

  it('are polled by their name until they are done, with growing pauses', async () => {
    const done = {
      name: 'projects/p/instances/i/databases/d/operations/o',
      done: true,
      response: { name: 'd' },
    };
    const server = await api(running, running, running, [200, done]);
    const clock = new VirtualClock();
    const start = clock.now();
    const result = await resultOf(CREATE, undefined, {
      clock,
      emulators: { SPANNER_EMULATOR_HOST: new URL(server.url).host },
    });
    expect(result).toEqual(done);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/projects/p/instances/i/databases',
      ...Array(3).fill('GET /v1/projects/p/instances/i/databases/d/operations/o'),
    ]);
    expect(clock.now() - start).toBe(1000 + 1250 + 1562.5);
  });

  it.each([
    ['googleapis.drive.v3.files.download', 'o/1', '/drive/v3/operations/o%2F1'],
    ['googleapis.drive.v3.files.download', 'operations/o', '/drive/v3/operations/o'],
    ['googleapis.speech.v1.speech.longrunningrecognize', '8', '/v1/operations/8'],
    [
      'googleapis.pubsublite.v1.admin.projects.locations.subscriptions.seek',
      'projects/p/locations/l/operations/o',
      '/v1/admin/projects/p/locations/l/operations/o',
    ],
    ['googleapis.cloudresourcemanager.v2.folders.create', 'operations/fc.1', '/v1/operations/fc.1'],
    [
      'googleapis.run.v2.projects.locations.jobs.run',
      'projects/p/operations/o',
      '/v2/projects/p/operations/o',
    ],
  ])('are polled where the API of %s has them: %s', async (name, operation, path) => {
    const server = await api([200, { name: operation, done: true }]);
    const method = new ConnectorCatalog().find(name);
    if (method?.kind !== 'method') throw new Error(`${name} is no method`);
    const clock = new VirtualClock();
    const host = {
      clock,
      signal: new AbortController().signal,
      idle: (wait: () => Promise<unknown>) => wait(),
      countHttpCall: () => {},
    } as unknown as BlockingHost;
    const to = { rootUrl: server.url, authorized: false };
    const params = ConnectorParams.read(null);
    await awaitOperation(method, toValue({ name: operation }), to, params, clock.now() + 60_000, host);
    expect(server.requests.map(({ url }) => url)).toEqual([path]);
  });

  it('raise an OperationError when they fail', async () => {
    const failed = { name: 'o', done: true, error: { code: 6, message: 'exists' } };
    const server = await api(running, [200, failed]);
    const emulators = { SPANNER_EMULATOR_HOST: new URL(server.url).host };
    expect(await errorOf(CREATE, undefined, { emulators })).toMatchObject({
      tags: ['OperationError'],
      message: 'OperationError: exists',
      error: { code: 6 },
      operation: { done: true },
    });
  });

  it('are not awaited with skip_polling', async () => {
    const server = await api(running);
    const emulators = { SPANNER_EMULATOR_HOST: new URL(server.url).host };
    const source = CREATE.replace('{parent', '{connector_params: {skip_polling: true}, parent');
    expect(await resultOf(source, undefined, { emulators })).toEqual(running[1]);
    expect(server.requests).toHaveLength(1);
  });

  it('raise a TimeoutError after connector_params.timeout', async () => {
    const server = await api(running);
    const emulators = { SPANNER_EMULATOR_HOST: new URL(server.url).host };
    const source = CREATE.replace('{parent', '{connector_params: {timeout: 5}, parent');
    expect(await errorOf(source, undefined, { emulators })).toMatchObject({ tags: ['TimeoutError'] });
  });

  it('refuse unknown connector_params with a hint', async () => {
    const source = CREATE.replace('{parent', '{connector_params: {skip_poling: true}, parent');
    expect(await errorOf(source)).toMatchObject({
      message: expect.stringContaining("did you mean 'skip_polling'"),
    });
  });

  it('of BigQuery are jobs: the status says whether they are done', async () => {
    const job = { selfLink: 'https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs/j?location=EU' };
    const server = await api(
      [200, { ...job, status: { state: 'RUNNING' } }],
      [200, { ...job, status: { state: 'DONE', errorResult: { message: 'no such table' } } }],
    );
    const source = calling('googleapis.bigquery.v2.jobs.insert', '{projectId: p, body: {}}');
    const emulators = { BIGQUERY_EMULATOR_HOST: server.url };
    expect(await errorOf(source, undefined, { emulators })).toMatchObject({
      message: 'OperationError: no such table',
    });
    expect(server.requests[1]?.url).toBe('/bigquery/v2/projects/p/jobs/j?location=EU');
  });
});

describe('operations with a status', () => {
  const METHOD = new ConnectorCatalog().find('googleapis.container.v1.projects.zones.clusters.create');

  /** What the call of a method gives whose API answers with the operation, which has ended. */
  async function ended(operation: Record<string, unknown>): Promise<unknown> {
    if (METHOD?.kind !== 'method') throw new Error('the catalog has no such method');
    const host = { clock: new VirtualClock() } as unknown as BlockingHost;
    const to = { rootUrl: 'http://localhost', authorized: false };
    try {
      return fromValue(
        await awaitOperation(METHOD, toValue(operation), to, ConnectorParams.read(null), 1, host),
      );
    } catch (error) {
      if (error instanceof Raised) return fromValue(error.value);
      throw error;
    }
  }

  it.each([
    ['GKE has a status as the error', { code: 8, message: 'no more addresses' }],
    ['Compute Engine has a list of errors', { errors: [{ code: 'QUOTA', message: 'no more addresses' }] }],
  ])('raise an OperationError when they fail: %s', async (_name, error) => {
    expect(await ended({ status: 'DONE', error })).toMatchObject({ tags: ['OperationError'], error });
  });

  it.each([[{}], [{ error: null }], [{ error: { errors: [] } }]])('succeed with %j', async (fields) => {
    expect(await ended({ status: 'DONE', ...fields })).toEqual({ status: 'DONE', ...fields });
  });
});

describe('executions.run and executions.map', () => {
  const CHILD = 'main:\n  params: [n]\n  steps:\n    - r:\n        return: ${n * 2}\n';
  const RUN = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';

  it('run workflows of the same executor', async () => {
    const executor = new Executor({ clock: new VirtualClock() });
    executor.deploy('child', CHILD);
    executor.deploy('parent', calling(`${RUN}.run`, '{workflow_id: child, argument: 4}'));
    executor.deploy('many', calling(`${RUN}.map`, '{workflow_id: child, arguments: [1, 2, 3]}'));
    expect((await executor.run('parent')).result).toBe('8');
    expect((await executor.run('many')).result).toBe('[2,4,6]');
    await executor.close();
  });

  /** What a parent gets, and how many seconds it takes, where its child sleeps for an hour. */
  async function parentOf(args: string, call = `${RUN}.run`): Promise<[result: string, seconds: number]> {
    const executor = new Executor({ clock: new VirtualClock() });
    executor.deploy(
      'slow',
      '- nap:\n    call: sys.sleep\n    args: {seconds: 3600}\n- r:\n    return: late\n',
    );
    executor.deploy('broken', 'main:\n  params: [n]\n  steps:\n    - a:\n        raise: {code: 7}\n');
    executor.deploy('parent', calling(call, args));
    const { result, error, createTime, endTime = 0 } = await executor.run('parent');
    await executor.close();
    return [result ?? error?.payload ?? '', (endTime - createTime) / 1000];
  }

  it('wait for 30 minutes, or as long as connector_params.timeout says', async () => {
    const [late, seconds] = await parentOf('{workflow_id: slow}');
    expect([late, seconds]).toEqual([expect.stringContaining('TimeoutError'), 1800]);
    expect(await parentOf('{workflow_id: slow, connector_params: {timeout: 7200}}')).toEqual([
      '"late"',
      3600,
    ]);
    const [early, soon] = await parentOf('{workflow_id: slow, connector_params: {timeout: 10}}');
    expect([early, soon]).toEqual([expect.stringContaining('TimeoutError'), 10]);
  });

  it('do not wait with skip_polling, and return nothing', async () => {
    expect(await parentOf('{workflow_id: slow, connector_params: {skip_polling: true}}')).toEqual([
      'null',
      0,
    ]);
  });

  it('raise an OperationError if the execution fails, and the HttpError of the API if there is no such workflow', async () => {
    const [failed] = await parentOf('{workflow_id: broken, argument: {n: 1}}');
    expect(JSON.parse(failed)).toEqual({
      message: 'Execution failed or cancelled.',
      tags: ['OperationError'],
      operation: expect.objectContaining({
        argument: '{"n":1}',
        duration: '0s',
        state: 'FAILED',
        error: expect.objectContaining({
          payload: '{"code":7}',
          context: expect.stringContaining('in step "a", routine "main", line: 4'),
        }),
      }),
    });
    expect(JSON.parse(failed).operation.usage).toBeUndefined();
    const [missing] = await parentOf('{workflow_id: nobody}');
    expect(JSON.parse(missing)).toMatchObject({ tags: ['HttpError'], code: 404 });
  });

  it('raise the same error as executions.create, which waits for the API', async () => {
    const method = new ConnectorCatalog().find(`${RUN}.create`);
    if (method?.kind !== 'method') throw new Error('the catalog has no such method');
    const execution = { name: 'e', state: 'CANCELLED', error: { payload: '"x"' } };
    const host = { clock: new VirtualClock() } as unknown as BlockingHost;
    const to = { rootUrl: 'http://localhost', authorized: false };
    const ended = awaitOperation(method, toValue(execution), to, ConnectorParams.read(null), 1, host);
    const raised = await ended.catch((error: unknown) => error);
    expect(raised instanceof Raised && fromValue(raised.value)).toEqual({
      message: 'Execution failed or cancelled.',
      tags: ['OperationError'],
      operation: execution,
    });
  });

  it('exist in v1beta too, and take callLogLevel', async () => {
    const args = '{workflow_id: slow, callLogLevel: LOG_ALL_CALLS, connector_params: {timeout: 7200}}';
    expect(await parentOf(args, `${RUN.replace('v1', 'v1beta')}.run`)).toEqual(['"late"', 3600]);
  });
});
