import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi, waitingFor } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const create = (operationId: string, fields: object = {}) =>
  api.call('POST', '/v1/operations', { operationId, method: 'm', ...fields });

describe('explain', () => {
  it('answers with a sentence and the blocking leaves, as the OpenAPI document describes', async () => {
    await create('parent');
    await create('child', { parent: 'operations/parent', dispatch: {} });
    await server.orchestrator.happens(
      'operations/parent',
      waitingFor(['operations/child', 'operations/missing']),
    );
    const { status, body } = await api.call('GET', '/v1/operations/parent:explain');
    expect(status).toBe(200);
    expect(body.sentence).toMatch(/^operations\/parent waits/);
    expect(body.blockedBy).toMatchObject([
      { name: 'operations/missing', waiter: 'operations/parent', waitsFor: { kind: 'CREATION' } },
      { name: 'operations/child', state: 'RUNNING', waitsFor: { kind: 'SIGNAL', signal: 'START' } },
    ]);
  });

  it('answers with the first cause of a failure', async () => {
    const error = { code: 9, message: 'no such bucket', details: [] };
    await server.orchestrator.happens('operations/child', { type: 'failed', error });
    await server.orchestrator.happens('operations/parent', { type: 'failed', error });
    const { body } = await api.call('GET', '/v1/operations/child:explain');
    expect(body).toMatchObject({
      ...{ state: 'FAILED', blockedBy: [] },
      causes: [
        { name: 'operations/child', endedBy: 'failed', error: { code: 9, message: 'no such bucket' } },
      ],
    });
  });

  it('answers NOT_FOUND for an operation that does not exist', async () => {
    expect((await api.call('GET', '/v1/operations/nobody:explain')).status).toBe(404);
  });
});
