/** `GET /v1/operations/{id}/children`: the children of one wait with their results, over HTTP. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { resumeOperation } from '../../shared/orchestrator/resume-operation.ts';
import { type ApiUnderTest, startApi, waitingFor } from './api-under-test.ts';
import { DescribedApi, type Json } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const happens: ApiUnderTest['orchestrator']['happens'] = (...event) => server.orchestrator.happens(...event);
const TYPE = 'type.googleapis.com/google.protobuf.Empty';
const SUCCEEDED = { type: 'succeeded', response: { typeUrl: TYPE, value: new Uint8Array() } } as const;
const FAILED = { type: 'failed', error: { code: 9, message: 'full', details: [] } } as const;
const RFC_3339 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

async function create(method = ''): Promise<OperationName> {
  const { body } = await api.call('POST', '/v1/operations', { operationId: randomUUID(), method });
  return body.name;
}

const list = (name: OperationName, search = '') =>
  api.call('GET', `/v1/operations/${operationId(name)}/children?${search}`);

const outcomes = ({ children }: Json) => children.map(({ name, outcome }: Json) => [name, outcome]);

/** A parent that waits for five children, of which the last one does not exist. */
async function fanOut() {
  const [parent, a, b, c, d] = [
    ...[await create(), await create('render'), await create('render')],
    ...[await create('render'), await create('render')],
  ] as [OperationName, OperationName, OperationName, OperationName, OperationName];
  const nobody: OperationName = `operations/${randomUUID()}`;
  await happens(parent, waitingFor([a, b, c, d, nobody]));
  await happens(a, SUCCEEDED);
  await happens(b, FAILED);
  await happens(c, { type: 'cancelled' });
  return { parent, a, b, c, d, nobody };
}

it('has the outcome, the result and the times of each child', async () => {
  const { parent, a, b, c, d, nobody } = await fanOut();
  const ended = { method: 'render', createTime: RFC_3339, completeTime: RFC_3339 };
  expect((await list(parent)).body).toEqual({
    children: [
      { ...ended, name: a, outcome: 'SUCCEEDED', response: { '@type': TYPE } },
      { ...ended, name: b, outcome: 'FAILED', error: { code: 9, message: 'full' } },
      { ...ended, name: c, outcome: 'CANCELLED', error: { code: 1, message: expect.any(String) } },
      { name: d, outcome: 'PENDING', presentState: 'RUNNING', method: 'render', createTime: RFC_3339 },
      { name: nobody, outcome: 'PENDING' },
    ],
  });
  await api.call('DELETE', `/v1/operations/${operationId(b)}`);
  expect((await list(parent)).body.children[1]).toEqual({ name: b, outcome: 'FAILED' });
});

it('has the keys of spawned children', async () => {
  const parent = await create();
  const spawn = [{ operationId: `${operationId(parent)}.cover` }, { operationId: randomUUID(), key: 'page' }];
  const body = { waiting: { spawn } };
  await api.call('POST', `/v1/operations/${operationId(parent)}:apply`, body);
  const { children } = (await list(parent)).body;
  expect(children.map(({ key }: Json) => key)).toEqual(['cover', 'page']);
});

it('is as of the end of the wait, with the present states of those that had not ended', async () => {
  const { parent, a, d, nobody } = await fanOut();
  await resumeOperation(server.orchestrator, { operation: parent, ifDue: false, outcomes: [] });
  await happens(d, SUCCEEDED);
  const { children } = (await list(parent)).body;
  const after = { outcome: 'PENDING', presentState: 'SUCCEEDED', method: 'render' };
  expect(children[3]).toEqual({ name: d, ...after, createTime: RFC_3339 });
  const { waits } = (await api.call('GET', `/v1/operations/${operationId(parent)}:inspect`)).body;
  expect(waits[0].children.first.slice(3)).toEqual([
    { name: d, outcome: 'PENDING', presentState: 'SUCCEEDED' },
    { name: nobody, outcome: 'PENDING' },
  ]);

  const late = await create();
  const event = waitingFor([a, d, nobody]) as Extract<ReturnType<typeof waitingFor>, { type: 'waiting' }>;
  const pending = await create();
  const terms = { ...event.terms, childCount: 4, deadline: Date.now() - 1 };
  await happens(late, { ...event, children: [...event.children, pending], terms });
  expect(outcomes((await list(late)).body)).toEqual([
    [a, 'SUCCEEDED'],
    [d, 'SUCCEEDED'],
    [nobody, 'NOT_FOUND'],
    [pending, 'TIMED_OUT'],
  ]);
  await happens(pending, SUCCEEDED);
  expect((await list(late)).body.children[3]).toEqual({
    name: pending,
    outcome: 'TIMED_OUT',
    presentState: 'SUCCEEDED',
    createTime: RFC_3339,
  });
  expect((await list(late, 'outcome=PENDING')).body).toEqual({ children: [] });
  expect(outcomes((await list(late, 'outcome=TIMED_OUT')).body)).toEqual([[pending, 'TIMED_OUT']]);
  expect(outcomes((await list(late, 'outcome=NOT_FOUND')).body)).toEqual([[nobody, 'NOT_FOUND']]);
});

it('comes in pages, all of it or those with one outcome', async () => {
  const { parent, a, b, c, d, nobody } = await fanOut();
  const pages: string[][] = [];
  for (let token = ''; ; ) {
    const { body } = await list(parent, `pageSize=2&pageToken=${token}`);
    pages.push(body.children.map(({ name }: Json) => name));
    token = body.nextPageToken;
    if (token === undefined) break;
  }
  expect(pages).toEqual([[a, b], [c, d], [nobody]]);
  expect(outcomes((await list(parent, 'outcome=FAILED')).body)).toEqual([[b, 'FAILED']]);
  expect(outcomes((await list(parent, 'outcome=PENDING')).body)).toHaveLength(2);
  expect((await list(parent, 'outcome=TIMED_OUT')).body).toEqual({ children: [] });
});

it('is of the newest wait, or of the one that is named', async () => {
  const { parent, a, b } = await fanOut();
  const [first] = await server.orchestrator.store.waits(parent, 0, 1);
  await happens(parent, waitingFor([b]));
  expect(outcomes((await list(parent)).body)).toEqual([[b, 'FAILED']]);
  const named = (await list(parent, `waitId=${encodeURIComponent(first?.wait.waitId ?? '')}`)).body;
  expect(outcomes(named)[0]).toEqual([a, 'SUCCEEDED']);
  expect((await list(await create())).body).toEqual({ children: [] });
});

it.each([
  ['waitId=none', 404, undefined],
  ['outcome=DONE', 400, 'outcome'],
  ['pageToken=nonsense', 400, 'pageToken'],
  ['pageSize=-1', 400, 'pageSize'],
])('refuses %s', async (search, status, field) => {
  const { parent } = await fanOut();
  const answer = await list(parent, search);
  expect(answer.status).toBe(status);
  expect(answer.body.error.details[1]?.fieldViolations?.[0].field).toBe(field);
});
