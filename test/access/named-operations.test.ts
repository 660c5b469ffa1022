/** A policy covers every operation that a call reaches, not only the one in its path. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPolicy } from '../../shared/access/policy-file.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { type ApiUnderTest, startApi } from '../operations-api/api-under-test.ts';
import { type Answer, DescribedApi } from '../operations-api/described-api.ts';
import { until } from '../setup/until.ts';
import { bearer, identity, token } from './tokens.ts';

const BY_PREFIX = 'prefix@p.iam.gserviceaccount.com';
const READS_ALL = 'reads@p.iam.gserviceaccount.com';
const TEAM_A = 'team-a@p.iam.gserviceaccount.com';
const TEAM_B = 'team-b@p.iam.gserviceaccount.com';
const BOTH_TEAMS = 'both@p.iam.gserviceaccount.com';
const account = (email: string) => `serviceAccount:${email}`;
const POLICY = {
  bindings: [
    { members: [account(BY_PREFIX), account(READS_ALL)], action: 'act', prefix: 'a-' },
    { members: [account(READS_ALL)], action: 'read' },
    { members: [TEAM_A, BOTH_TEAMS].map(account), action: 'administer', labels: { team: 'a' } },
    { members: [TEAM_B, BOTH_TEAMS].map(account), action: 'administer', labels: { team: 'b' } },
  ],
};
const gate = { access: readPolicy(Buffer.from(JSON.stringify(POLICY))), identity: identity() };

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi({ gate });
  api = await DescribedApi.at(server.url, bearer(token({ email: TEAM_A })));
  const create = (name: OperationName, labels: Record<string, string>) =>
    server.orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels } });
  for (const id of ['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-child']) await create(`operations/${id}`, {});
  await create('operations/b-1', { team: 'b' });
  await create('operations/of-a', { team: 'a' });
  await create('operations/of-a-child', { team: 'a' });
});
afterAll(() => server.stop());

const call = (email: string, method: string, path: string, body?: object) =>
  api.call(method, path, body, bearer(token({ email })));
const codes = ({ status, body }: Answer) => [status, body?.error?.status];
const DENIED = [403, 'PERMISSION_DENIED'];
const OK = [200, undefined];
const resumePoint = 'next';

describe('the operations that an event names', () => {
  it.each([
    ['the parent', { created: { parent: 'operations/b-1' } }],
    ['a child', { waiting: { childOperations: ['operations/b-1'], resumePoint } }],
    ['a child among others', { waiting: { childOperations: ['operations/a-child', 'operations/b-1'] } }],
    ['a child that does not exist', { waiting: { childOperations: ['operations/b-nobody'] } }],
    ['a spawned child', { waiting: { spawn: [{ operationId: 'b-new', method: 'm' }], resumePoint } }],
  ])('are denied to a caller without a grant for %s, as event and in a batch', async (_, event) => {
    expect(codes(await call(BY_PREFIX, 'POST', '/v1/operations/a-1:apply', event))).toEqual(DENIED);
    const apply = { operation: 'operations/a-1', ...event };
    const { body } = await call(BY_PREFIX, 'POST', '/v1/operations:batch', { calls: [{ apply }] });
    expect(body.answers[0].error.status).toBe('PERMISSION_DENIED');
    expect(await server.orchestrator.store.operation('operations/a-1')).toMatchObject({ state: 'RUNNING' });
    expect(await server.orchestrator.store.operation('operations/b-new')).toBeUndefined();
  });

  it.each([
    ['a-2', { created: { parent: 'operations/a-1' } }],
    ['a-3', { waiting: { childOperations: ['operations/a-child'], resumePoint } }],
    ['a-4', { waiting: { spawn: [{ operationId: 'a-new', method: 'm' }], resumePoint } }],
    ['a-1', { notified: { name: 'b-1' } }],
  ])('are allowed within the grant: %s, %j', async (id, event) => {
    expect(codes(await call(BY_PREFIX, 'POST', `/v1/operations/${id}:apply`, event))).toEqual(OK);
  });

  it.each([
    ['its parent', { created: { parent: 'operations/b-1' } }],
    ['a child that it creates', { waiting: { spawn: [{ operationId: 'b-new', method: 'm' }], resumePoint } }],
  ])('are denied to a caller that may only read %s', async (_, event) => {
    expect(codes(await call(READS_ALL, 'POST', '/v1/operations/a-1:apply', event))).toEqual(DENIED);
  });

  it('are denied, as parent, to a caller that creates an operation and may only read the parent', async () => {
    const create = (parent: string, operationId: string) =>
      call(READS_ALL, 'POST', '/v1/operations', { operationId, parent });
    expect(codes(await create('operations/b-1', 'a-below-b'))).toEqual(DENIED);
    expect(codes(await create('operations/a-1', 'a-below-a'))).toEqual(OK);
  });

  it('have no labels once they are deleted', async () => {
    await server.orchestrator.happens('operations/b-gone', {
      type: 'created',
      creation: { method: 'm', labels: { team: 'b' } },
    });
    expect(codes(await call(TEAM_B, 'DELETE', '/v1/operations/b-gone'))).toEqual(OK);
    expect(codes(await call(TEAM_B, 'GET', '/v1/operations/b-gone'))).toEqual(DENIED);
    expect((await call(READS_ALL, 'GET', '/v1/operations/b-gone')).status).toBe(404);
  });

  it('may be children for a caller that may read them, unless the wait would cancel them', async () => {
    const waiting = { childOperations: ['operations/b-1'], policy: 'ANY_DONE', resumePoint };
    const apply = (body: object) => call(READS_ALL, 'POST', '/v1/operations/a-5:apply', body);
    expect(codes(await apply({ waiting: { ...waiting, cancelRest: true } }))).toEqual(DENIED);
    expect(codes(await apply({ waiting }))).toEqual(OK);
  });

  it('go by their labels', async () => {
    const apply = (waiting: object) => call(TEAM_A, 'POST', '/v1/operations/of-a:apply', { waiting });
    expect(codes(await apply({ childOperations: ['operations/b-1'] }))).toEqual(DENIED);
    expect(codes(await apply({ spawn: [{ operationId: 'x', labels: { team: 'b' } }] }))).toEqual(DENIED);
    const created = (team: string) =>
      call(TEAM_A, 'POST', '/v1/operations/of-a:apply', { created: { labels: { team } } });
    expect([codes(await created('a')), codes(await created('b'))]).toEqual([OK, DENIED]);
    const spawn = [{ operationId: 'x', labels: { team: 'a' } }];
    expect(codes(await apply({ childOperations: ['operations/of-a-child'], spawn, resumePoint }))).toEqual(
      OK,
    );
  });
});

describe('a request id that another caller has used', () => {
  const labels = (team: string) => ({ labels: { team } });

  it('does not show the operation of the other caller', async () => {
    const first = await call(TEAM_A, 'POST', '/v1/operations', { requestId: 'order-1', ...labels('a') });
    const again = await call(TEAM_A, 'POST', '/v1/operations', { requestId: 'order-1', ...labels('a') });
    expect(codes(first)).toEqual(OK);
    expect(again.body.name).toBe(first.body.name);
    const others = await call(TEAM_B, 'POST', '/v1/operations', { requestId: 'order-1', ...labels('b') });
    expect(codes(others)).toEqual(DENIED);
    expect(JSON.stringify(others.body)).not.toContain(first.body.name);
  });

  it('does not show the rerun of the other caller', async () => {
    for (const team of ['a', 'b']) {
      const name = `operations/ended-of-${team}` as const;
      const creation = { method: 'reruns', labels: { team }, dispatch: DEFAULT_DISPATCH };
      await server.orchestrator.happens(name, { type: 'created', creation });
      await server.orchestrator.happens(name, {
        type: 'failed',
        error: { code: 13, message: '', details: [] },
      });
    }
    const request = { operationId: 'again', requestId: 'second-try' };
    const first = await call(TEAM_A, 'POST', '/v1/operations/ended-of-a:rerun', request);
    expect([first.status, first.body.name]).toEqual([200, 'operations/again']);
    const others = await call(TEAM_B, 'POST', '/v1/operations/ended-of-b:rerun', request);
    expect(codes(others)).toEqual(DENIED);
  });

  it('gives each caller a bulk operation of its own', async () => {
    const request = { filter: 'method = "m"', requestId: 'nightly', validateOnly: true };
    const count = async (email: string) => {
      const begun = await call(email, 'POST', '/v1/operations:cancel', request);
      const { body } = await call(email, 'POST', `/v1/${begun.body.name}:wait`, {});
      return [body.name, body.metadata.matchedCount];
    };
    const [ofA, matchedA] = await count(TEAM_A);
    const [ofB, matchedB] = await count(TEAM_B);
    expect(ofB).not.toBe(ofA);
    expect([matchedA, matchedB]).toEqual([2, 1]);
    expect((await count(TEAM_A))[0]).toBe(ofA);
  });
});

describe('an explanation', () => {
  /** A child of team b ends because its parent, of team a, was cancelled. */
  const cancelledWithParent = async (id: string) => {
    const [parent, child] = [`operations/${id}-parent`, `operations/${id}-child`] as const;
    const { orchestrator } = server;
    const create = (name: OperationName, team: string) =>
      orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels: { team } } });
    await create(parent, 'a');
    await create(child, 'b');
    const waiting = { childOperations: [child], resumePoint };
    expect(codes(await call(BOTH_TEAMS, 'POST', `/v1/${parent}:apply`, { waiting }))).toEqual(OK);
    expect(codes(await call(TEAM_A, 'POST', `/v1/${parent}:cancel`))).toEqual(OK);
    await until(
      'the cancel request of the child',
      async () => (await orchestrator.store.operation(child))?.cancelRequest,
    );
    await orchestrator.happens(child, { type: 'cancelled' });
    const error = { code: 9, message: 'the secret of team a', details: [] };
    await orchestrator.happens(parent, { type: 'failed', error });
    return child;
  };

  it('does not lead a caller to a parent that it may not read', async () => {
    const child = await cancelledWithParent('hidden');
    const { status, body } = await call(TEAM_B, 'GET', `/v1/${child}:explain`);
    expect(status).toBe(200);
    expect(body.causes.map(({ name }: { name: string }) => name)).toEqual([child]);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('leads a caller to a parent that it may read', async () => {
    const child = await cancelledWithParent('shown');
    const { body } = await call(BOTH_TEAMS, 'GET', `/v1/${child}:explain`);
    expect(body.causes.map(({ name }: { name: string }) => name)).toContain('operations/shown-parent');
    expect(JSON.stringify(body)).toContain('secret');
  });
});
