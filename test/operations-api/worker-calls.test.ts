/** What a worker calls by HTTP: `:heartbeat`, `:apply` and `:notify`. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { type Answer, DescribedApi, type Json } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;

beforeAll(async () => {
  server = await startApi();
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const HOLDER = { attempt: 1, worker: 'w' };

async function create(fields: object = { dispatch: { lease: '30s' } }): Promise<OperationName> {
  const { body } = await api.call('POST', '/v1/operations', { operationId: randomUUID(), ...fields });
  return body.name;
}

const post = (name: OperationName, verb: string, body?: object) =>
  api.call('POST', `/v1/operations/${operationId(name)}:${verb}`, body);
const inspected = async (name: OperationName): Promise<Json> =>
  (await api.call('GET', `/v1/operations/${operationId(name)}:inspect`)).body;
const refusal = ({ status, body }: Answer) => [
  status,
  body.error.status,
  body.error.details[1]?.fieldViolations?.[0].field,
];

describe(':heartbeat', () => {
  it('answers until when the worker may be silent, and whether it is asked to stop', async () => {
    const name = await create();
    const before = Date.now();
    const { body } = await post(name, 'heartbeat', HOLDER);
    expect(body.cancelRequested).toBe(false);
    expect(Date.parse(body.leaseExpireTime)).toBeGreaterThanOrEqual(before + 30_000);
    expect(Date.parse(body.leaseExpireTime)).toBeLessThanOrEqual(Date.now() + 30_000);
    await post(name, 'cancel');
    expect((await post(name, 'heartbeat', HOLDER)).body.cancelRequested).toBe(true);
    const without = await create({});
    expect((await post(without, 'heartbeat', HOLDER)).body).toEqual({ cancelRequested: false });
  });

  it('names the step that takes the last resort', async () => {
    const name = await create();
    await post(name, 'heartbeat', { ...HOLDER, catchPoint: 'undo' });
    await post(name, 'cancel');
    await post(name, 'apply', { ...HOLDER, attemptFailed: { error: { code: 1 } } });
    const signals = server.orchestrator.told.signals.filter(({ operation }) => operation === name);
    expect(signals.at(-1)).toMatchObject({ kind: 'RESUME', cause: 'CANCEL', resumePoint: 'undo' });
  });

  it.each([
    [{ ...HOLDER, attempt: 7 }, 400, 'INVALID_ARGUMENT', 'attempt'],
    [{ ...HOLDER, worker: 'another' }, 409, 'ABORTED', 'attempt'],
    [{ ...HOLDER, name: 'operations/another' }, 400, 'INVALID_ARGUMENT', 'name'],
    [undefined, 400, 'INVALID_ARGUMENT', 'attempt'],
  ])('refuses %j', async (body, ...expected) => {
    const name = await create();
    await post(name, 'heartbeat', HOLDER);
    expect(refusal(await post(name, 'heartbeat', body))).toEqual(expected);
  });
});

describe(':apply', () => {
  it('answers whether the event is applied, or why it changes nothing', async () => {
    const name = await create();
    const event = { ...HOLDER, eventId: 'end', succeeded: {} };
    expect((await post(name, 'apply', event)).body).toEqual({ applied: true });
    expect((await post(name, 'apply', event)).body).toEqual({ applied: true });
    const other = { operation: name, ...HOLDER, failed: { error: { code: 13 } } };
    expect((await post(name, 'apply', other)).body).toEqual({ applied: false, reason: 'TERMINAL' });
  });

  it('refuses an event that breaks a rule, and the history says why', async () => {
    const name = await create();
    const broken = { ...HOLDER, eventId: 'e', progressed: { metadata: { value: 1 } } };
    const answer = await post(name, 'apply', broken);
    const [status, , field] = refusal(answer);
    expect([status, field]).toEqual([400, expect.stringMatching(/^progressed\.metadata/)]);
    const [line] = (await inspected(name)).history;
    const { description } = answer.body.error.details[1].fieldViolations[0];
    expect(line).toMatchObject({ outcome: 'REJECTED', rejected: { field, reason: description } });
    // The refused event does not use up its id.
    const metadata = { '@type': 'type.googleapis.com/google.protobuf.Empty' };
    const mended = { ...broken, progressed: { metadata } };
    expect((await post(name, 'apply', mended)).body).toEqual({ applied: true });
    expect((await inspected(name)).history[0]).toMatchObject({ type: 'progressed', outcome: 'APPLIED' });
  });

  it('fails the operation if the event would have ended the current attempt', async () => {
    const name = await create();
    await post(name, 'heartbeat', HOLDER);
    const broken = { succeeded: { response: { value: 1 } } };
    expect((await post(name, 'apply', { ...HOLDER, worker: 'another', ...broken })).status).toBe(400);
    expect((await inspected(name)).state).toBe('RUNNING');
    expect((await post(name, 'apply', { ...HOLDER, ...broken })).status).toBe(400);
    expect((await inspected(name)).state).toBe('FAILED');
  });

  it.each([
    [[], 'body'],
    [{ operation: 'operations/another', succeeded: {} }, 'operation'],
  ])('refuses the body %j', async (body, field) => {
    const name = await create();
    expect(refusal(await post(name, 'apply', body))).toEqual([400, 'INVALID_ARGUMENT', field]);
    expect((await inspected(name)).state).toBe('RUNNING');
  });
});

describe(':notify', () => {
  it('notifies once for one request id', async () => {
    const name = await create();
    const kept = async () => (await server.orchestrator.store.operation(name))?.keptNotifications;
    for (const requestId of ['a', 'a', 'b']) await post(name, 'notify', { name: 'paid', requestId });
    expect(await kept()).toBe(2);
    for (let call = 0; call < 2; call++) await post(name, 'notify', { name: 'paid' });
    expect(await kept()).toBe(4);
  });

  it('is refused for a terminal operation, and without a name', async () => {
    const name = await create();
    expect(refusal(await post(name, 'notify'))).toEqual([400, 'INVALID_ARGUMENT', 'name']);
    await post(name, 'apply', { ...HOLDER, succeeded: {} });
    const [status, code] = refusal(await post(name, 'notify', { name: 'paid' }));
    expect([status, code]).toEqual([400, 'FAILED_PRECONDITION']);
  });
});
