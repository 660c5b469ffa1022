import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PolicyAccess } from '../../shared/access/policy.ts';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { failureFrom } from '../../shared/orchestrator/google-error.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { type Answer, DescribedApi } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const status = ({ status, body }: Answer) => [status, body.error.status];
const get = async (name: string) => (await api.call('GET', `/v1/${name}`)).body;

/** Operations with a label of their own; half of them fail where `failed` is given. */
async function operations(count: number, failed = false): Promise<{ run: string; names: OperationName[] }> {
  const run = randomUUID();
  const create = async (_: unknown, index: number): Promise<OperationName> => {
    const fields = { labels: { run }, method: 'm', dispatch: {} };
    const { body } = await api.call('POST', '/v1/operations', { operationId: `${run}-${index}`, ...fields });
    if (failed && index % 2 === 0) {
      const error = { code: 13, message: 'boom', details: [] };
      await server.orchestrator.happens(body.name, { type: 'failed', error });
    }
    return body.name;
  };
  return { run, names: await pMap(Array(count), create, { concurrency: 20 }) };
}

const filterOf = (run: string) => `labels.run = "${run}"`;

async function bulk(verb: string, request: object): Promise<Answer['body']> {
  const { status: code, body } = await api.call('POST', `/v1/operations:${verb}`, request);
  expect(code).toBe(200);
  let found = await get(body.name);
  while (!found.done) {
    await sweep(server.orchestrator);
    found = await get(body.name);
  }
  return found;
}

describe('operations:cancel', () => {
  it('asks all that match to stop, in pages, and counts them', async () => {
    const { run, names } = await operations(450, true);
    const other = await operations(1);
    const { metadata, response } = await bulk('cancel', { filter: filterOf(run) });
    expect(response).toEqual(metadata);
    expect(metadata).toMatchObject({
      ...{ '@type': 'type.googleapis.com/lro.v1.BulkProgress', filter: filterOf(run) },
      ...{ matchedCount: 450, doneCount: 225, skippedCount: 225, pages: 3 },
    });
    expect((await get(names[1] ?? '')).error.code).toBe(1);
    expect((await get(other.names[0] ?? '')).done).toBeUndefined();
  });

  it('only counts with validateOnly', async () => {
    const { run, names } = await operations(3);
    const { metadata } = await bulk('cancel', { filter: filterOf(run), validateOnly: true });
    expect(metadata).toMatchObject({ validateOnly: true, matchedCount: 3 });
    expect(metadata.doneCount).toBeUndefined();
    expect((await get(names[0] ?? '')).done).toBeUndefined();
  });

  it('is one operation for one request id', async () => {
    const request = { filter: filterOf(randomUUID()), requestId: randomUUID() };
    const first = await bulk('cancel', request);
    expect(await bulk('cancel', request)).toEqual(first);
    expect((await bulk('delete', request)).name).not.toBe(first.name);
  });

  it('does its work if the request id was given to a call with validateOnly before', async () => {
    const { run, names } = await operations(1);
    const request = { filter: filterOf(run), requestId: randomUUID() };
    const counted = await bulk('cancel', { ...request, validateOnly: true });
    expect(await bulk('cancel', { ...request, validateOnly: true })).toEqual(counted);
    const { name, metadata } = await bulk('cancel', request);
    expect(name).not.toBe(counted.name);
    expect(metadata).toMatchObject({ matchedCount: 1, doneCount: 1 });
    expect((await get(names[0] ?? '')).error.code).toBe(1);
  });

  it('changes neither itself nor another bulk operation', async () => {
    const before = await bulk('cancel', { filter: 'method = "nothing"' });
    const { metadata } = await bulk('delete', { filter: 'method:"lro.v1.Bulk.*"' });
    expect(metadata.matchedCount).toBeUndefined();
    expect((await get(before.name)).done).toBe(true);
  });
});

describe('operations:delete', () => {
  it('removes all that match', async () => {
    const { run, names } = await operations(5);
    expect((await bulk('delete', { filter: filterOf(run) })).metadata.doneCount).toBe(5);
    for (const name of names) {
      expect((await api.call('GET', `/v1/${name}`)).status).toBe(404);
    }
  });
});

describe('operations:rerun', () => {
  it('reruns each terminal operation once, and none of the new ones', async () => {
    const { run, names } = await operations(4, true);
    const request = { filter: filterOf(run), requestId: randomUUID() };
    const { metadata } = await bulk('rerun', request);
    expect(metadata).toMatchObject({ matchedCount: 4, doneCount: 2, skippedCount: 2 });
    await bulk('rerun', request);
    const filter = encodeURIComponent(`${filterOf(run)} AND rerunOf:*`);
    const { operations: made } = (await api.call('GET', `/v1/operations?filter=${filter}`)).body;
    expect(made.map(({ name }: { name: string }) => name).sort()).toEqual(
      [names[0], names[2]].map((name) => `${name}~2`).sort(),
    );
  });

  it('begins where the call says, and keeps what has succeeded if the call says so', async () => {
    const { run, names } = await operations(1);
    const [name] = names as [OperationName];
    await server.orchestrator.happens(name, { type: 'checkpointed', resumePoint: 'half' });
    await server.orchestrator.happens(name, { type: 'cancelled' });
    const request = { filter: filterOf(run), from: 'RESUME_POINT', failedChildrenOnly: true };
    expect((await bulk('rerun', request)).metadata).toMatchObject({ doneCount: 1 });
    const again: OperationName = `${name}~2`;
    const signals = server.orchestrator.told.signals.filter(({ operation }) => operation === again);
    expect(signals).toMatchObject([{ kind: 'START', resumePoint: 'half' }]);
    const made = await server.orchestrator.store.operation(again);
    expect(made?.creation?.value.keepsSucceeded).toBe(true);
  });

  it('names the operations that it cannot rerun, and why', async () => {
    const { run, names } = await operations(1, true);
    const plain = `${run}-plain`;
    await api.call('POST', '/v1/operations', { operationId: plain, labels: { run } });
    await server.orchestrator.happens(`operations/${plain}`, { type: 'cancelled' });
    const { metadata } = await bulk('rerun', { filter: filterOf(run) });
    expect(metadata).toMatchObject({
      ...{ doneCount: 1, failedCount: 1 },
      problems: [{ operation: `operations/${plain}`, code: 9, message: expect.stringContaining('dispatch') }],
    });
    expect(names).toHaveLength(1);
  });
});

describe('an operation over many', () => {
  it('continues at its position after a crash, and stops when it is cancelled', async () => {
    const { run, names } = await operations(450);
    const commit = server.orchestrator.store.commit;
    let left = 350;
    // The store is away in the middle of the second page.
    (server.orchestrator.store as { commit: unknown }).commit = (...args: Parameters<typeof commit>) => {
      if (left-- <= 0) return Promise.reject(new Error('crashed'));
      return commit(...args);
    };
    const { body } = await api.call('POST', '/v1/operations:cancel', { filter: filterOf(run) });
    while (left > 0) await new Promise((resolve) => setImmediate(resolve));
    (server.orchestrator.store as { commit: unknown }).commit = commit;
    expect((await get(body.name)).metadata).toMatchObject({ matchedCount: 200, pages: 1 });
    await server.orchestrator.store.postponeEffect(body.name, { kind: 'runBulk' }, 0);
    await sweep(server.orchestrator);
    const { done, metadata } = await get(body.name);
    expect([done, metadata.matchedCount, metadata.pages]).toEqual([true, 450, 3]);
    expect((await get(names[0] ?? '')).error.code).toBe(1);
  });

  it('goes on once the deployment is mended, and counts no operation that it could not reach', async () => {
    const { store } = server.orchestrator;
    const { commit } = store;
    // As Spanner answers while a table is missing, or the key of the database is disabled.
    for (const code of [5, 9]) {
      const { run } = await operations(3);
      const failure = failureFrom(Object.assign(new Error('not now'), { code }), 'Spanner');
      (store as { commit: unknown }).commit = (...args: Parameters<typeof commit>) =>
        args[0].operation.startsWith('operations/bulk-') ? commit(...args) : Promise.reject(failure);
      const { body } = await api.call('POST', '/v1/operations:cancel', { filter: filterOf(run) });
      expect((await get(body.name)).metadata.matchedCount).toBeUndefined();
      (store as { commit: unknown }).commit = commit;
      await store.postponeEffect(body.name, { kind: 'runBulk' }, 0);
      await sweep(server.orchestrator);
      expect((await get(body.name)).metadata).toMatchObject({ matchedCount: 3, pages: 1 });
    }
  });

  it('is cancelled between two pages', async () => {
    const { run } = await operations(3);
    const commit = server.orchestrator.store.commit;
    (server.orchestrator.store as { commit: unknown }).commit = (...args: Parameters<typeof commit>) =>
      args[0].eventId?.startsWith('lro:bulk:page') ? Promise.reject(new Error('crashed')) : commit(...args);
    const { body } = await api.call('POST', '/v1/operations:cancel', { filter: filterOf(run) });
    (server.orchestrator.store as { commit: unknown }).commit = commit;
    expect((await api.call('POST', `/v1/${body.name}:cancel`, {})).status).toBe(200);
    await server.orchestrator.store.postponeEffect(body.name, { kind: 'runBulk' }, 0);
    await sweep(server.orchestrator);
    expect((await get(body.name)).error.code).toBe(1);
  });

  it.each([
    ['no filter', 'cancel', {}, 'filter'],
    ['an empty filter', 'delete', { filter: ' ' }, 'filter'],
    ['a filter that is none', 'rerun', { filter: 'state = ' }, 'filter'],
    ['a place to begin', 'cancel', { filter: 'done = true', from: 'START' }, 'from'],
    ['failed children', 'delete', { filter: 'done = true', failedChildrenOnly: true }, 'failedChildrenOnly'],
  ])('refuses %s', async (_, verb, request, field) => {
    const answer = await api.call('POST', `/v1/operations:${verb}`, request);
    expect(status(answer)).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.body.error.details[1].fieldViolations[0].field).toBe(field);
  });
});

it('changes only what its caller may change, and can be polled by the caller', async () => {
  const binding = {
    members: [{ kind: 'everyone' }],
    action: 'administer',
    prefix: 'a-',
    labels: {},
  } as const;
  const access = new PolicyAccess([binding]);
  const identity = { callerOf: async () => ({ email: 'x@example.com' }) } as never;
  const guarded = await startApi({ gate: { access, identity } });
  const guardedApi = await DescribedApi.at(guarded.url);
  for (const name of ['operations/a-1', 'operations/b-1'] as const) {
    await guarded.orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels: {} } });
  }
  const { body } = await guardedApi.call('POST', '/v1/operations:delete', { filter: 'method = m' });
  expect(operationId(body.name)).toMatch(/^a-bulk-delete-/);
  const polled = await guardedApi.call('GET', `/v1/${body.name}`);
  expect(polled.body.response.doneCount).toBe(1);
  expect((await guarded.orchestrator.store.operation('operations/b-1'))?.state).toBe('RUNNING');
  await guarded.stop();
});
