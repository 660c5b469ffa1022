/** The export of an operation and its erasure, over HTTP. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { type ApiUnderTest, startApi, waitingFor } from './api-under-test.ts';
import { type Answer, DescribedApi, type Json } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const EMPTY = { typeUrl: 'type.googleapis.com/google.protobuf.Empty', value: new Uint8Array() };
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const SUCCEEDED = { type: 'succeeded', response: EMPTY } as const;

async function create(fields: object = {}): Promise<OperationName> {
  const { body } = await api.call('POST', '/v1/operations', { operationId: randomUUID(), ...fields });
  return body.name;
}

const at = (name: OperationName, verb = '') => `/v1/operations/${operationId(name)}${verb}`;
const status = ({ status, body }: Answer) => [status, body.error.status];
const happens: ApiUnderTest['orchestrator']['happens'] = (...event) => server.orchestrator.happens(...event);

async function exported(name: OperationName): Promise<Json[]> {
  const response = await fetch(server.url + at(name, ':export'));
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const kinds = (records: readonly Json[]) => records.map(({ kind }) => kind);

describe('export', () => {
  it('has every record of an operation, the operation first and the end last', async () => {
    const child = await create();
    const payload = { '@type': STRUCT, value: { step: 1 } };
    const name = await create({ method: 'm', input: payload, metadata: payload, labels: { env: 'prod' } });
    await happens(name, { type: 'checkpointed', checkpoint: Buffer.from('saved'), resumePoint: 'here' });
    await api.call('POST', at(name, ':notify'), { name: 'paid', payload });
    await happens(name, waitingFor([child]));
    const records = await exported(name);
    expect(kinds(records)).toEqual([
      ...['operation', 'history', 'history', 'history', 'history'],
      ...['wait', 'child', 'notification', 'end'],
    ]);
    const [operation] = records;
    expect(operation).toMatchObject({
      ...{ name, state: 'WAITING', operation: { name, metadata: payload } },
      created: { method: 'm', input: payload, labels: { env: 'prod' } },
      checkpoint: { base64: Buffer.from('saved').toString('base64') },
      resumePoint: { value: 'here' },
    });
    expect(records.filter(({ kind }) => kind === 'history').map(({ type }) => type)).toEqual([
      ...['created', 'checkpointed', 'notified', 'waiting'],
    ]);
    const [wait, own, notification, end] = records.slice(-4);
    expect(wait).toMatchObject({ waitId: operation.waitId, policy: { kind: 'ALL_DONE' } });
    expect(own).toMatchObject({ waitId: wait.waitId, position: 0, name: child, outcome: 'PENDING' });
    expect(notification).toMatchObject({ name: 'paid', payload });
    expect(end).toEqual({ kind: 'end', records: records.length - 1 });
  });

  it('has every fact of an operation that has ended', async () => {
    const payload = { '@type': STRUCT, value: { step: 1 } };
    const name = await create({
      ...{ method: 'm', input: payload, labels: { env: 'prod' }, ttl: '7200s', timeout: '3600s' },
      dispatch: { catchPoint: 'undo' },
    });
    const holder = { attempt: 1, worker: 'w' };
    await api.call('POST', at(name, ':apply'), { ...holder, checkpointed: { resumePoint: 'here' } });
    await api.call('POST', at(name, ':cancel'));
    await api.call('POST', at(name, ':apply'), { ...holder, attemptFailed: { error: { code: 1 } } });
    await api.call('POST', at(name, ':apply'), { attempt: 2, worker: 'v', eventId: 'end', succeeded: {} });
    const [operation] = await exported(name);
    const order = expect.any(String);
    const time = expect.stringMatching(RFC_3339);
    expect(operation).toEqual({
      ...{ kind: 'operation', name, state: 'SUCCEEDED' },
      operation: { name, done: true, response: { '@type': EMPTY.typeUrl } },
      created: {
        ...{ method: 'm', input: payload, labels: { env: 'prod' }, ttl: 7_200_000, timeoutMs: 3_600_000 },
        ...{ dispatch: { ...DEFAULT_DISPATCH, catchPoint: 'undo' }, deadline: time, order },
      },
      resumePoint: { value: 'undo', order },
      ...{ cancelRequest: 'REQUESTED', cancelTime: time, childrenStop: { eventId: expect.any(String) } },
      attempts: [
        { number: 1, worker: 'w', end: 'FAILED' },
        { number: 2, worker: 'v', startTime: time },
      ],
      ...{ tries: 1, resumption: { kind: 'CATCH' }, keptNotifications: 0 },
      lastResort: { cause: 'CANCEL', error: { code: 1, message: expect.any(String) }, deadline: time },
      ...{ createTime: time, updateTime: time, completeTime: time, expireTime: time },
      terminalEventId: expect.stringContaining('end'),
    });
  });

  it('has the records of a deleted operation that are left', async () => {
    const name = await create();
    await api.call('DELETE', at(name));
    const records = await exported(name);
    expect(records[0]).toMatchObject({ kind: 'operation', state: 'DELETED' });
    expect(records.filter(({ kind }) => kind === 'history').map(({ type }) => type)).toEqual([
      ...['created', 'deleted'],
    ]);
  });

  it('has all children of a wait of several pages, in their order', async () => {
    const children = Array.from({ length: 1_234 }, (_, index) => `operations/${randomUUID()}-${index}`);
    const name = await create();
    await happens(name, waitingFor(children as OperationName[]));
    const records = (await exported(name)).filter(({ kind }) => kind === 'child');
    expect(records.map((record) => record.name)).toEqual(children);
  });

  it('says each time in RFC 3339, and of the first attempt none', async () => {
    const offered = await create({ method: 'm', dispatch: {} });
    const [operation] = await exported(offered);
    const resendTime = expect.stringMatching(RFC_3339);
    expect(operation).toMatchObject({ handover: { kind: 'OFFERED', sends: 1, resendTime } });
    expect(operation?.attempts).toEqual([{ number: 1 }]);

    const name = await create();
    await happens(name, waitingFor([await create()]));
    const [{ waitId }] = (await exported(name)) as [Json];
    await server.orchestrator.store.noteFailedPolls(
      { operation: name, waitId },
      { 'operations/polled': { status: 503, time: Date.UTC(2026, 0, 2) } },
    );
    const wait = (await exported(name)).find(({ kind }) => kind === 'wait');
    expect(wait?.failedPolls).toEqual({
      'operations/polled': { status: 503, time: '2026-01-02T00:00:00.000Z' },
    });
  });

  it('names the operations that run it again', async () => {
    const name = await create({ method: 'm', dispatch: {} });
    await happens(name, SUCCEEDED);
    const { body } = await api.call('POST', at(name, ':rerun'), { from: 'START' });
    expect((await exported(name)).filter(({ kind }) => kind === 'rerun')).toEqual([
      { kind: 'rerun', name: body.name },
    ]);
  });

  it('says NOT_FOUND of an operation that does not exist, as JSON', async () => {
    expect(status(await api.call('GET', `/v1/operations/${randomUUID()}:export`))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });
});

describe('erase', () => {
  it('refuses an operation that still runs, and changes nothing', async () => {
    const name = await create();
    const answer = await api.call('POST', at(name, ':erase'), {});
    expect(status(answer)).toEqual([400, 'FAILED_PRECONDITION']);
    expect(answer.body.error.message).toContain('cancel it');
    expect((await api.call('GET', at(name))).status).toBe(200);
  });

  it('removes an operation that has ended, and answers a repeated call as the first one', async () => {
    const name = await create({ input: { '@type': STRUCT, value: { secret: 's' } } });
    await happens(name, SUCCEEDED);
    for (const body of [undefined, {}, { name }]) {
      expect(await api.call('POST', at(name, ':erase'), body)).toMatchObject({ status: 200, body: {} });
    }
    for (const verb of ['', ':inspect', ':explain']) {
      expect(status(await api.call('GET', at(name, verb)))).toEqual([404, 'NOT_FOUND']);
    }
    expect(kinds(await exported(name))).toEqual(['operation', 'end']);
  });

  it('removes what a deletion has left', async () => {
    const name = await create();
    await api.call('DELETE', at(name));
    await api.call('POST', at(name, ':erase'));
    expect(kinds(await exported(name))).toEqual(['operation', 'end']);
  });

  it('leaves the outcome and the name in the wait of the parent', async () => {
    const child = await create();
    const parent = await create();
    await happens(parent, waitingFor([child]));
    await happens(child, SUCCEEDED);
    await api.call('POST', at(child, ':erase'));
    const response = await fetch(server.url + at(parent, '/children'));
    expect(((await response.json()) as Json).children).toEqual([{ name: child, outcome: 'SUCCEEDED' }]);
    expect((await api.call('GET', at(parent, ':inspect'))).status).toBe(200);
  });

  it('names the operations that have copies', async () => {
    const name = await create({ method: 'm', dispatch: {} });
    await happens(name, SUCCEEDED);
    const { body } = await api.call('POST', at(name, ':rerun'), { from: 'START' });
    expect((await api.call('POST', at(name, ':erase'))).body).toEqual({ reruns: [body.name] });
  });

  it('loses no completion that is not published yet', async () => {
    const name = await create();
    server.orchestrator.bus.up = false;
    await happens(name, SUCCEEDED).catch(() => undefined);
    expect(status(await api.call('POST', at(name, ':erase')))).toEqual([503, 'UNAVAILABLE']);
    server.orchestrator.bus.up = true;
    expect((await api.call('POST', at(name, ':erase'))).status).toBe(200);
    expect(server.orchestrator.told.completions.filter((told) => told.name === name)).toHaveLength(1);
  });

  it('does not let a late event create the operation again', async () => {
    const name = await create();
    await happens(name, SUCCEEDED);
    await api.call('POST', at(name, ':erase'));
    await happens(name, { type: 'progressed', metadata: { ...EMPTY, value: Buffer.from('late') } });
    expect(status(await api.call('GET', at(name)))).toEqual([404, 'NOT_FOUND']);
    const other = await api.call('POST', '/v1/operations', { operationId: operationId(name) });
    expect(status(other)).toEqual([409, 'ALREADY_EXISTS']);
  });

  it.each([
    [{ name: 'operations/other' }, 'name'],
    [{ force: true }, 'force'],
    [[], 'body'],
  ])('refuses the body %j', async (body, field) => {
    const answer = await api.call('POST', `/v1/operations/${randomUUID()}:erase`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
    expect(answer.body.error.message).toContain(field);
  });

  it('says NOT_FOUND of an operation that never existed', async () => {
    expect(status(await api.call('POST', `/v1/operations/${randomUUID()}:erase`))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });
});
