/** Calls of a worker in one request: each is answered, authorized and counted by itself. */
import { afterEach, expect, it } from 'vitest';
import { readPolicy } from '../../shared/access/policy-file.ts';
import type { ApiOptions } from '../../shared/operations-api/settings.ts';
import { bearer, identity, token } from '../access/tokens.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

const A = 'a@p.iam.gserviceaccount.com';
const servers: ApiUnderTest[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function started(options: ApiOptions = {}, headers: Record<string, string> = {}) {
  const server = await startApi(options);
  servers.push(server);
  for (const id of ['a-1', 'a-2', 'b-1'] as const) {
    const creation = { method: 'm', labels: {} };
    await server.orchestrator.happens(`operations/${id}`, { type: 'created', creation });
  }
  const api = await DescribedApi.at(server.url, headers);
  return {
    api,
    batch: (body: object, as = headers) => api.call('POST', '/v1/operations:batch', body, as),
  };
}

const take = (id: string, worker = 'w') => ({ heartbeat: { name: `operations/${id}`, attempt: 1, worker } });
const succeed = (id: string) => ({
  apply: { operation: `operations/${id}`, eventId: `end-${id}`, attempt: 1, worker: 'w', succeeded: {} },
});

it('answers each call in its place, with what its own method answers', async () => {
  const { api, batch } = await started();
  expect((await batch({ calls: [take('a-1'), take('a-2')] })).body).toEqual({
    answers: [{ lease: { cancelRequested: false } }, { lease: { cancelRequested: false } }],
  });
  const { body } = await batch({ calls: [succeed('a-1'), take('nobody'), succeed('a-2')] });
  expect(body.answers).toMatchObject([
    { applied: { applied: true } },
    { error: { code: 404, status: 'NOT_FOUND' } },
    { applied: { applied: true } },
  ]);
  expect((await api.call('GET', '/v1/operations/a-2')).body).toMatchObject({ done: true });
});

it('refuses a call with the error that the call has on its own', async () => {
  const { api, batch } = await started();
  await batch({ calls: [take('a-1')] });
  const calls = [take('a-1', 'other'), { apply: { operation: 'operations/a-2', progressed: {} } }];
  const { body } = await batch({ calls: [...calls, { heartbeat: { attempt: 1 } }, take('a b')] });
  const alone = [
    await api.call('POST', '/v1/operations/a-1:heartbeat', take('a-1', 'other').heartbeat),
    await api.call('POST', '/v1/operations/a-2:apply', { progressed: {} }),
  ];
  expect(body.answers.slice(0, 2)).toEqual(alone.map((answer) => answer.body));
  expect(body.answers[0].error).toMatchObject({ code: 409, status: 'ABORTED' });
  expect(body.answers[0].error.details[0].reason).toBe('CONFLICT');
  for (const { error } of body.answers.slice(2)) {
    expect(error.details[1].fieldViolations[0].field).toBe('name');
  }
});

it.each([
  ['calls', {}],
  ['calls', { calls: [] }],
  ['calls', { calls: Array.from({ length: 501 }, () => take('a-1')) }],
  ['more', { calls: [take('a-1')], more: 1 }],
  ['calls[1]', { calls: [take('a-1'), { cancel: {} }] }],
  ['calls[1]', { calls: [take('a-1'), { ...take('a-1'), ...succeed('a-1') }] }],
  ['calls[0].apply', { calls: [{ apply: 'x' }] }],
])('refuses the whole body for %s, and applies none of its calls', async (field, body) => {
  const { api, batch } = await started();
  const answer = await batch(body);
  expect([answer.status, answer.body.error.details[1].fieldViolations[0].field]).toEqual([400, field]);
  const { body: inspected } = await api.call('GET', '/v1/operations/a-1:inspect');
  expect(JSON.stringify(inspected)).not.toContain('"worker":"w"');
});

it('authorizes each call: a call without permission is denied and changes nothing', async () => {
  const access = readPolicy(
    Buffer.from(
      JSON.stringify({ bindings: [{ members: [`serviceAccount:${A}`], action: 'act', prefix: 'a-' }] }),
    ),
  );
  const { batch } = await started({ gate: { access, identity: identity() } }, bearer(token({ email: A })));
  const { body } = await batch({ calls: [take('a-1'), take('b-1'), succeed('b-1'), succeed('a-2')] });
  expect(body.answers).toMatchObject([
    { lease: {} },
    { error: { code: 403, status: 'PERMISSION_DENIED' } },
    { error: { code: 403, status: 'PERMISSION_DENIED' } },
    { applied: { applied: true } },
  ]);
  const nobody = bearer(token({ email: 'nobody@example.com' }));
  expect((await batch({ calls: [take('a-1')] }, nobody)).body.answers).toMatchObject([
    { error: { status: 'PERMISSION_DENIED' } },
  ]);
});

it('counts each call as a request of its caller', async () => {
  const { batch } = await started({ gate: { callerLimits: { requestsPerSecond: 2 } } });
  const { body } = await batch({ calls: Array.from({ length: 9 }, () => take('a-1')) });
  const refused = body.answers.filter(({ error }: { error?: { status: string } }) => error);
  expect(refused.length).toBeGreaterThanOrEqual(5);
  expect(refused[0].error).toMatchObject({ code: 429, status: 'RESOURCE_EXHAUSTED' });
});

const create = (operationId: string, more: object = {}) => ({
  create: { operationId, method: 'm', ...more },
});

it('creates operations, each with the answer or the refusal that it has on its own', async () => {
  const { api, batch } = await started();
  const { body } = await batch({
    calls: [
      create('new-1', { requestId: 'r' }),
      create('a-1'),
      create('?'),
      create('new-1', { requestId: 'r' }),
    ],
  });
  const alone = [
    await api.call('POST', '/v1/operations', create('new-1', { requestId: 'r' }).create),
    await api.call('POST', '/v1/operations', create('a-1').create),
    await api.call('POST', '/v1/operations', create('?').create),
  ];
  expect(body.answers[0]).toEqual({ operation: alone[0]?.body });
  expect(body.answers[1]).toEqual(alone[1]?.body);
  expect(body.answers[1].error).toMatchObject({ status: 'ALREADY_EXISTS' });
  expect(body.answers[2]).toEqual(alone[2]?.body);
  expect(body.answers[3]).toEqual(body.answers[0]);
});

it('authorizes each create by its name, its labels and its parent', async () => {
  const bindings = [
    { members: [`serviceAccount:${A}`], action: 'act', prefix: 'a-' },
    { members: [`serviceAccount:${A}`], action: 'act', labels: { team: 'x' } },
  ];
  const access = readPolicy(Buffer.from(JSON.stringify({ bindings })));
  const { batch } = await started({ gate: { access, identity: identity() } }, bearer(token({ email: A })));
  const { body } = await batch({
    calls: [
      create('a-3'),
      create('b-3'),
      create('b-4', { labels: { team: 'x' } }),
      create('a-4', { parent: 'operations/b-1' }),
    ],
  });
  expect(body.answers).toMatchObject([
    { operation: { name: 'operations/a-3' } },
    { error: { status: 'PERMISSION_DENIED' } },
    { operation: { name: 'operations/b-4' } },
    { error: { status: 'PERMISSION_DENIED' } },
  ]);
});
