import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PolicyAccess } from '../../shared/access/policy.ts';
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
const failed = { type: 'failed', error: { code: 13, message: 'boom', details: [] } } as const;

async function failedOperation(operationId: string, fields: object = { dispatch: {} }) {
  await api.call('POST', '/v1/operations', { operationId, method: 'm', labels: { env: 'x' }, ...fields });
  await server.orchestrator.happens(`operations/${operationId}`, failed);
}

describe('rerun', () => {
  it('answers with the new operation, which is linked both ways and found by its filter', async () => {
    await failedOperation('one');
    const { status: code, body } = await api.call('POST', '/v1/operations/one:rerun', {});
    expect([code, body]).toEqual([200, { name: 'operations/one~2' }]);
    expect((await api.call('GET', '/v1/operations/one:inspect')).body.reruns).toEqual(['operations/one~2']);
    const rerun = (await api.call('GET', '/v1/operations/one~2:inspect')).body;
    expect(rerun).toMatchObject({ rerunOf: 'operations/one', method: 'm', labels: { env: 'x' } });
    const filter = encodeURIComponent('rerunOf = "operations/one"');
    const list = (await api.call('GET', `/v1/operations?filter=${filter}`)).body;
    expect(list.operations).toMatchObject([{ name: 'operations/one~2' }]);
    const second = encodeURIComponent('rerunOf:* AND attempt >= 1 AND NOT attempt > 1');
    const named = (await api.call('GET', `/v1/operations?filter=${second}`)).body;
    expect(named.operations).toMatchObject([{ name: 'operations/one~2' }]);
    const wrong = await api.call('GET', '/v1/operations?filter=attempt%3Dfirst');
    expect(status(wrong)).toEqual([400, 'INVALID_ARGUMENT']);
  });

  it('takes an id of its own, and the same request twice', async () => {
    await failedOperation('two');
    const request = { from: 'START', operationId: 'two-again', requestId: 'r1' };
    const first = await api.call('POST', '/v1/operations/two:rerun', request);
    expect(first.body.name).toBe('operations/two-again');
    expect((await api.call('POST', '/v1/operations/two:rerun', request)).body).toEqual(first.body);
    const other = await api.call('POST', '/v1/operations/two:rerun', { operationId: 'two-again' });
    expect(status(other)).toEqual([409, 'ALREADY_EXISTS']);
  });

  it('keeps what has succeeded only if the call says so', async () => {
    await failedOperation('three');
    const keeps = async (failedChildrenOnly: boolean) => {
      const { body } = await api.call('POST', '/v1/operations/three:rerun', { failedChildrenOnly });
      return (await server.orchestrator.store.operation(body.name))?.creation?.value.keepsSucceeded;
    };
    expect([await keeps(true), await keeps(false)]).toEqual([true, undefined]);
  });

  it.each([
    ['an operation that runs', 'running', {}, [400, 'FAILED_PRECONDITION']],
    ['an operation without dispatch', 'plain', {}, [400, 'FAILED_PRECONDITION']],
    ['no operation', 'nobody', {}, [404, 'NOT_FOUND']],
    ['an id that is none', 'plain', { operationId: 'a/b' }, [400, 'INVALID_ARGUMENT']],
    ['a place that is none', 'plain', { from: 'MIDDLE' }, [400, 'INVALID_ARGUMENT']],
    ['a number that is no place', 'plain', { from: 3 }, [400, 'INVALID_ARGUMENT']],
    ['a field that is none', 'plain', { form: 'START' }, [400, 'INVALID_ARGUMENT']],
  ])('refuses %s', async (_, id, request, expected) => {
    await api.call('POST', '/v1/operations', { operationId: 'running', dispatch: {} });
    await failedOperation('plain', {});
    expect(status(await api.call('POST', `/v1/operations/${id}:rerun`, request))).toEqual(expected);
  });
});

it('takes an operationId that the caller may use, and no other', async () => {
  const binding = { members: [{ kind: 'everyone' }], action: 'act', prefix: 'a-', labels: {} } as const;
  const access = new PolicyAccess([binding]);
  const identity = { callerOf: async () => ({ email: 'x@example.com' }) } as never;
  const guarded = await startApi({ gate: { access, identity } });
  const guardedApi = await DescribedApi.at(guarded.url);
  await guardedApi.call('POST', '/v1/operations', { operationId: 'a-1', dispatch: {} });
  await guarded.orchestrator.happens('operations/a-1', failed);
  const refused = await guardedApi.call('POST', '/v1/operations/a-1:rerun', { operationId: 'b-1' });
  expect(status(refused)).toEqual([403, 'PERMISSION_DENIED']);
  expect(await guarded.orchestrator.store.operation('operations/b-1')).toBeUndefined();
  const allowed = await guardedApi.call('POST', '/v1/operations/a-1:rerun', { operationId: 'a-2' });
  expect(allowed.body.name).toBe('operations/a-2');
  expect((await guardedApi.call('POST', '/v1/operations/a-1:rerun', {})).body.name).toBe('operations/a-1~2');
  await guarded.stop();
});
