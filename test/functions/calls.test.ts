/** The functions `resume` and `sweep` as HTTP calls them, behind the same reading of bodies as every route. */
import { setImmediate } from 'node:timers/promises';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deployment } from '../../functions/deployment.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  type OrchestratorUnderTest,
  orchestratorOn,
  serve,
  waitingFor,
} from '../operations-api/api-under-test.ts';
import { newName } from '../store/fixtures.ts';

let store: OperationStore;
let orchestrator: OrchestratorUnderTest;
let url: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  store = await openSqliteStore();
  orchestrator = orchestratorOn(store);
  const deployment = async (): Promise<Deployment> => ({ orchestrator });
  const app = express().all('/resume', resume(deployment)).all('/sweep', sweep(deployment));
  const server = await serve(app);
  url = `http://127.0.0.1:${server.port}`;
  stop = server.stop;
});

afterAll(async () => {
  await stop();
  await store.close();
});

interface Call {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function call({ path = '/resume', method = 'POST', headers = {}, body }: Call) {
  const response = await fetch(url + path, { method, headers, body });
  // biome-ignore lint/suspicious/noExplicitAny: whatever the function answered
  const json: any = await response.json();
  return { status: response.status, body: json };
}

describe('resume', () => {
  let operation: OperationName;
  beforeEach(async () => {
    operation = newName('asked');
    await orchestrator.happens(operation, waitingFor([newName('child')]));
  });

  const post = (body: string | undefined, type = 'application/json', path = '/resume') =>
    call({ path, headers: { 'x-alis-operation-id': operationId(operation), 'content-type': type }, body });

  const isWaiting = async () => (await store.operation(operation))?.state === 'WAITING';

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 415],
    ['bytes', 'application/octet-stream', 415],
    ['plain text', 'text/plain', 415],
    ['a multipart form', 'multipart/form-data; boundary=x', 415],
    ['JSON by another name', 'text/json', 415],
    ['JSON in another character set', 'application/json; charset=utf-16', 200],
  ])('ends nothing when the workflow asks in a body that is declared as %s', async (_, type, status) => {
    const answer = await post('{"data":{"ifDue":true}}', type);
    expect(answer.status).toBe(status);
    expect(await isWaiting()).toBe(true);
  });

  it.each([
    ['an array', '[]', 'body'],
    ['null', 'null', 'body'],
    ['text', '"x"', 'body'],
    ['a number', '0', 'body'],
    ['an unknown field', '{"dat":{"ifDue":true}}', 'dat'],
    ['a misspelt field', '{"data":{"ifdue":true}}', 'data.ifdue'],
    ['a snake_case field', '{"data":{"if_due":true}}', 'data.if_due'],
    ['the field in the wrong place', '{"ifDue":true}', 'ifDue'],
    ['data as an array', '{"data":[]}', 'data'],
    ['data as null', '{"data":null}', 'data'],
    ['a switch as text', '{"data":{"ifDue":"true"}}', 'data.ifDue'],
    ['a switch as null', '{"data":{"ifDue":null}}', 'data.ifDue'],
    ['a misspelt wait', '{"waitID":"w","data":{}}', 'waitID'],
    ['an empty wait', '{"waitId":"","data":{}}', 'waitId'],
    ['a wait as a number', '{"waitId":5}', 'waitId'],
    ['an unknown outcome', '{"data":{"children":[{"key":"k","outcome":"DONE"}]}}', 'data.children.0.outcome'],
    [
      'an unknown field of a child',
      '{"data":{"children":[{"key":"k","outcome":"FAILED","x":1}]}}',
      'data.children.0.x',
    ],
    ['a prototype', '{"__proto__":{"data":{}}}', '__proto__'],
    ['no JSON', '{"data":', 'body'],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('latin1'), undefined],
  ])('ends nothing for a body that is %s, and names the field', async (_, body, field) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    if (field) expect(answer.body.error.details[1].fieldViolations[0].field).toBe(field);
    expect(await isWaiting()).toBe(true);
  });

  it('refuses a parameter in the query, and ends no wait', async () => {
    const answer = await post('{"data":{}}', 'application/json', '/resume?ifDue=true');
    expect(answer.status).toBe(400);
    expect(await isWaiting()).toBe(true);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('ends nothing by %s', async (method) => {
    const answer = await call({ method, headers: { 'x-alis-operation-id': operationId(operation) } });
    expect(answer.status).toBe(405);
    expect(await isWaiting()).toBe(true);
  });

  it('checks whether the wait is over, and ends it on request', async () => {
    expect((await post('{"data":{"ifDue":true}}')).body).toMatchObject({ resumed: false });
    expect((await post('{"data":{}}')).body).toMatchObject({ resumed: true });
    expect((await post('{"data":{}}')).body).toMatchObject({ resumed: false });
  });

  it('ends the wait that it names, and no later one', async () => {
    const newest = async () => (await store.waits(operation, 0, 1))[0]?.wait.waitId;
    const waitId = await newest();
    await orchestrator.happens(operation, waitingFor([newName('child')]));
    const late = await post(JSON.stringify({ waitId, data: {} }));
    expect(late).toMatchObject({ status: 200, body: { resumed: false } });
    expect(await isWaiting()).toBe(true);
    const none = await post(JSON.stringify({ waitId: 'none', data: {} }));
    expect(none).toMatchObject({ status: 200, body: { resumed: false } });
    const current = await call({
      headers: { 'x-alis-operation-id': operation, 'content-type': 'application/json' },
      body: JSON.stringify({ waitId: await newest() }),
    });
    expect(current.body).toMatchObject({ resumed: true });
  });

  const CHILD = '{"key":"k","outcome":"PENDING"}';
  const MIB = 1024 * 1024;
  it.each([
    ['a wait id', (most: number) => JSON.stringify({ waitId: 'w'.repeat(most) }), 256, 400],
    [
      'a list of children',
      (most: number) => `{"data":{"children":[${Array(most).fill(CHILD)}]}}`,
      10_000,
      400,
    ],
    ['a body', (most: number) => `{"data":{"ifDue":true}${' '.repeat(most - 23)}}`, 10 * MIB, 413],
  ])('takes %s at its limit, and nothing longer', async (_, bodyOf, most, status) => {
    expect((await post(bodyOf(most + 1))).status).toBe(status);
    expect((await post(bodyOf(most))).status).toBe(200);
  });

  it('takes a call without a body, which ends the wait', async () => {
    const headers = { 'x-alis-operation-id': operationId(operation) };
    expect((await call({ headers })).body).toMatchObject({ resumed: true });
  });

  it.each([
    ['without the header', {}, 400],
    ['with a name that is not valid', { 'x-alis-operation-id': '../x' }, 400],
    ['with two names', { 'x-alis-operation-id': 'a, b' }, 400],
    ['for an operation that does not exist', { 'x-alis-operation-id': 'nobody' }, 404],
  ])('refuses a call %s', async (_, headers, status) => {
    expect((await call({ headers, body: undefined })).status).toBe(status);
  });
});

describe('sweep', () => {
  it.each([
    ['without a body, as Cloud Scheduler posts', { 'content-type': 'application/octet-stream' }, undefined],
    ['with an empty object', { 'content-type': 'application/json' }, '{}'],
  ])('runs %s', async (_, headers, body) => {
    const answer = await call({ path: '/sweep', headers, body });
    expect(answer).toMatchObject({ status: 200, body: { failed: 0 } });
  });

  it.each([
    ['GET', undefined, {}, 405],
    ['HEAD', undefined, {}, 405],
    ['DELETE', undefined, {}, 405],
    ['POST', '{"dryRun":true}', { 'content-type': 'application/json' }, 400],
    ['POST', '[]', { 'content-type': 'application/json' }, 400],
    ['POST', 'null', { 'content-type': 'application/json' }, 400],
    ['POST', '{}', { 'content-type': 'text/plain' }, 415],
  ])('does not run for %s with %s', async (method, body, headers, status) => {
    const response = await fetch(`${url}/sweep`, {
      method,
      headers: headers as Record<string, string>,
      body,
    });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('sweep, of which a part fails', () => {
  it.each([
    ['measures no backlog', 'backlog', 503],
    ['removes nothing that has expired', 'expire', 503],
    ['is whole', 'none', 200],
  ])(
    'and that %s logs what it did, sends its telemetry, and says so to the scheduler',
    async (_, method, status) => {
      const events: string[] = [];
      const failing = new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (name === method) return () => Promise.reject(new Error('away'));
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const telemetry = {
        ...orchestrator.telemetry,
        flush: async () => {
          await setImmediate();
          events.push('sent');
        },
      };
      const log = {
        ...orchestrator.log,
        info: (fields: object, message: string) => void events.push(`${message} ${Object.keys(fields)}`),
      };
      const deployment = async () =>
        ({ orchestrator: { ...orchestrator, store: failing, telemetry, log } }) as Deployment;
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
      const server = await serve(express().all('/sweep', sweep(deployment)));
      const answer = await fetch(`http://127.0.0.1:${server.port}/sweep`, { method: 'POST' });
      expect(events).toEqual(['swept delivered,resumed,retried,failed,oldestOutboxAgeSeconds', 'sent']);
      expect(answer.status).toBe(status);
      expect(logged).toHaveBeenCalledTimes(status === 200 ? 0 : 1);
      logged.mockRestore();
      await server.stop();
    },
  );
});

describe('the timer of sweep', () => {
  /** Calls `sweep` over a store in which one operation is due, and returns the times at which it asks to be called. */
  async function wakesAfter(read: () => Promise<undefined>): Promise<number[]> {
    const wakes: number[] = [];
    const due = [{ name: newName('due') }];
    const answers: Record<string, () => Promise<unknown>> = {
      dueOperations: async () => due.splice(0),
      dueEffects: async () => [],
      operation: read,
      nextDueTime: async () => 1_234,
    };
    const swept = new Proxy(store, {
      get(target, name) {
        const value: unknown = answers[String(name)] ?? Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const timer = { wakeAt: (time: number) => void wakes.push(time) };
    const deployment = async () => ({ orchestrator: { ...orchestrator, store: swept, timer } }) as Deployment;
    const server = await serve(express().all('/sweep', sweep(deployment)));
    const answer = await fetch(`http://127.0.0.1:${server.port}/sweep`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await server.stop();
    return wakes;
  }

  it('is set to what is due next, and not after a failure, which the next regular run finds again', async () => {
    expect(await wakesAfter(async () => undefined)).toEqual([1_234]);
    expect(await wakesAfter(() => Promise.reject(new Error('away')))).toEqual([]);
  });
});
