/** `GET /v1/operations?view=FULL`: each operation with its payloads and its summary. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import { type OrchestratorUnderTest, orchestratorOn, serve } from './api-under-test.ts';
import { DescribedApi, type Json } from './described-api.ts';

const TYPE = 'type.googleapis.com/google.protobuf.BytesValue';
const MEGABYTE = 1_000_000;

let orchestrator: OrchestratorUnderTest;
let api: DescribedApi;
let stop: () => Promise<void>;
beforeAll(async () => {
  const store = await openSqliteStore();
  orchestrator = orchestratorOn(store);
  const served = { ...orchestrator, overview: store.overview };
  const server = await serve(operationsRouter(async () => served, {}));
  stop = async () => {
    await server.stop();
    await store.close();
  };
  api = await DescribedApi.at(`http://127.0.0.1:${server.port}`);
});
afterAll(() => stop());

const create = (operationId: string, method: string) =>
  api.call('POST', '/v1/operations', { operationId, method });

async function pages(query: string): Promise<Json[][]> {
  const found: Json[][] = [];
  for (let token = ''; ; ) {
    const { body } = await api.call('GET', `/v1/operations?view=FULL&${query}&pageToken=${token}`);
    found.push(body.operations);
    token = body.nextPageToken;
    if (token === undefined) return found;
  }
}

it('has the state and the method beside the payloads', async () => {
  await create('run', 'test.v1.Run');
  const response = { typeUrl: 'type.googleapis.com/google.protobuf.Empty', value: new Uint8Array() };
  await orchestrator.happens('operations/run', { type: 'succeeded', response });
  const [[listed] = []] = await pages('filter=method="test.v1.Run"');
  expect(listed).toMatchObject({
    ...{ name: 'operations/run', method: 'test.v1.Run', state: 'SUCCEEDED', done: true },
    response: { '@type': response.typeUrl },
  });
});

it('ends a page before its payloads are too many for one answer', async () => {
  const value = new Uint8Array(MEGABYTE + 4);
  value.set([0x0a, 0xc0, 0x84, 0x3d]);
  for (const id of ['a', 'b', 'c', 'd']) {
    await create(id, 'test.v1.Large');
    const response = { typeUrl: TYPE, value };
    await orchestrator.happens(`operations/${id}`, { type: 'succeeded', response });
  }
  const found = await pages('filter=method="test.v1.Large"');
  expect(found.map((page) => page.length)).toEqual([3, 1]);
  expect(new Set(found.flat().map(({ name }) => name)).size).toBe(4);
});
