/** A pull that takes attempts, and workers that use it: as if each attempt had been taken by `:heartbeat`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createOperations, defineOperation, OperationError } from 'lro-orchestrator';
import { operation, serve, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takenMessages } from '../../local/bus/api/taking.ts';
import { Bus } from '../../local/bus/bus.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { RestSource } from '../../shared/worker/rest-source.ts';
import { until } from '../setup/until.ts';
import { fanOutWorkers, page, report, slow } from './served-operations.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const SIGNALS = '/v1/projects/local/subscriptions/operation-signals-local';

let system: LocalSystem;
const cleanUp: (() => unknown)[] = [];
beforeEach(async () => {
  system = await startEmbeddedSystem({ push: true });
});
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  await system.stop();
});

async function call(path: string, body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(system.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as any };
}

const take = (worker: string) => ({ worker, max: 10, catchPoints: { [slow.method]: '' } });
const pull = async (worker: string, more: object = {}) => {
  const { body } = await call(`${SIGNALS}:pull`, { maxMessages: 10, take: take(worker), ...more });
  return body.receivedMessages ?? [];
};
const redeliver = (ackIds: string[]) =>
  call(`${SIGNALS}:modifyAckDeadline`, { ackIds, ackDeadlineSeconds: 0 });
const beat = async (name: string, worker: string) =>
  (await call(`/v1/${name}:heartbeat`, { attempt: 1, worker })).status;

it('takes the attempt for the worker that pulls, and for no other, however often the signal comes', async () => {
  const { name } = await createOperations({ url: system.url }).create(slow, { ms: 0 });
  const [first] = await pull('a');
  expect(first).toMatchObject({ taken: { cancelRequested: false } });
  expect([await beat(name, 'a'), await beat(name, 'b')]).toEqual([200, 409]);
  await redeliver([first.ackId]);
  const [again] = await pull('a');
  expect(again).toMatchObject({ taken: {}, message: { messageId: first.message.messageId } });
  await redeliver([again.ackId]);
  // Past for this one: acknowledged, so that it does not come again.
  expect(await pull('b', { returnImmediately: true })).toEqual([]);
  expect(await pull('a', { returnImmediately: true })).toEqual([]);
});

it('takes as many as the worker wants, and no method that it does not have', async () => {
  const lro = createOperations({ url: system.url });
  await Promise.all([1, 2, 3].map(() => lro.create(slow, { ms: 0 })));
  await lro.create(page, { page: '' });
  const pulled: { taken?: object; message: { attributes: { method: string } } }[] = [];
  await until('all signals to be pulled', async () => {
    pulled.push(...(await pull('a', { take: { ...take('a'), max: 1 }, returnImmediately: true })));
    return pulled.length === 4;
  });
  const taken = pulled.filter((one) => one.taken);
  expect(taken.length).toBeGreaterThanOrEqual(1);
  expect(taken.length).toBeLessThanOrEqual(3);
  expect(taken.every((one) => one.message.attributes.method === slow.method)).toBe(true);
});

it('leaves the attempt of an operation without dispatch untaken', async () => {
  const created = { method: slow.method };
  await system.lifecycle.operation('operations/undispatched').create(created);
  await system.lifecycle.operation('operations/undispatched').wait({ sleep: 0.001 });
  const [resume] = await pull('a');
  expect(resume.message.attributes.signal).toBe('RESUME');
  expect(resume.taken).toBeUndefined();
  const { body } = await call(`${SIGNALS}:acknowledge`, { ackIds: [resume.ackId] });
  expect(body).toEqual({});
});

it('refuses a take without a worker', async () => {
  const { status, body } = await call(`${SIGNALS}:pull`, {
    maxMessages: 1,
    take: { max: 1, catchPoints: {} },
  });
  expect([status, body.error.details[1].fieldViolations[0].field]).toEqual([400, 'take.worker']);
});

it('gives back what it took for a caller that is gone', async () => {
  const bus = new Bus();
  await bus.registry.createTopic('signals', {});
  await bus.registry.createSubscription({
    ...{ name: 'signals-sub', topic: 'signals', ackDeadline: 10, messageRetention: 600, ordered: false },
  });
  const attributes = { signal: 'START', operation: 'operations/a', method: 'm', attempt: '2' };
  await bus.publish('signals', [{ data: Buffer.from('{}'), attributes }]);
  const gone = new AbortController();
  const released: object[] = [];
  const taker = {
    async take() {
      gone.abort();
      return { cancelRequested: false };
    },
    release: async (wanted: object) => void released.push(wanted),
  };
  const request = { worker: 'w', max: 1, catchPoints: { m: 'undo' } };
  const pulled = await bus.pull('signals-sub', { maxMessages: 1 });
  const { signal } = gone;
  expect(await takenMessages(bus, 'signals-sub', pulled, { request, taker, signal })).toEqual([]);
  expect(released).toEqual([{ operation: 'operations/a', attempt: 2, worker: 'w', catchPoint: 'undo' }]);
  await bus.close();
});

const counter = defineOperation('t.v1.Counter', {
  input: v.object({}),
  response: v.object({ attempt: v.number(), version: v.number() }),
});
const first = state(v.object({ n: v.number() }));
const second = first.next(v.object({ n: v.number() })).by((old) => old);
const counted = (version: number) => ({ state: version === 1 ? first : second, initial: { n: 0 } });

it('releases an attempt that it took and cannot begin, for a worker that can, and that is no try', async () => {
  const options = { url: system.url, handleSignals: false, log: SILENT, graceTime: '1ms' } as const;
  let saved = false;
  const newer = await serve(
    [
      operation(counter, counted(2)).steps({
        start: async (op) => {
          await op.checkpoint();
          saved = true;
          return new Promise<never>((_, reject) =>
            op.signal.addEventListener('abort', () => reject(op.signal.reason)),
          );
        },
      }),
    ],
    options,
  );
  const handle = await createOperations({ url: system.url }).create(
    counter,
    {},
    { dispatch: { maxTries: 1 } },
  );
  await until('the state of version 2 to be saved', async () => saved);
  await newer.stop();
  const workers = (version: number) => [
    operation(counter, counted(version)).steps({ start: (op) => ({ attempt: op.attempt, version }) }),
  ];
  const left: string[] = [];
  const log = { ...SILENT, warn: (message: string) => void left.push(message) };
  const older = await serve(workers(1), { ...options, log });
  cleanUp.push(() => older.stop());
  await until('the older worker to leave the attempt', async () => left.length > 0);
  expect(left[0]).toContain('the state has version 2');
  const able = await serve(workers(2), options);
  cleanUp.push(() => able.stop());
  const { attempt, version } = await handle.result({ timeout: '60s' });
  expect(version).toBe(2);
  // The older worker has released the second one.
  expect(attempt).toBeGreaterThanOrEqual(3);
});

const task = defineOperation('t.v1.Task', {
  input: v.object({ ends: v.picklist(['well', 'badly', 'after a retry', 'after a wait']) }),
  response: v.object({ tries: v.number() }),
});
const ends = fc.array(fc.constantFrom('well', 'badly', 'after a retry', 'after a wait'), {
  minLength: 1,
  maxLength: 15,
});

/** Workers with a lower limit of their own take each attempt themselves. */
const workersWith = (concurrency?: number) => [
  operation(task, concurrency === undefined ? {} : { concurrency }).steps({
    start: (op) => {
      if (op.input.ends === 'badly') throw new OperationError('FAILED_PRECONDITION', 'as told');
      if (op.input.ends === 'after a retry' && op.try === 1) {
        throw new OperationError('UNAVAILABLE', 'again', { retry: '0.001s' });
      }
      return op.input.ends === 'after a wait' ? op.sleep('0.001s', { then: 'start2' }) : { tries: op.try };
    },
    start2: (op) => ({ tries: op.try }),
  }),
];

it('operations end alike, whether their attempts are taken with the pull or by :heartbeat', async () => {
  const outcomes = async (concurrency: number | undefined, tasks: readonly string[]) => {
    const url = system.url;
    const serving = await serve(workersWith(concurrency), { url, handleSignals: false, log: SILENT });
    const lro = createOperations({ url });
    try {
      return await Promise.all(
        tasks.map(async (one) => {
          const handle = await lro.create(task, { ends: one as 'well' });
          return handle.result({ timeout: '60s' }).catch(({ code, message }) => `${code}: ${message}`);
        }),
      );
    } finally {
      await serving.stop();
    }
  };
  await fc.assert(
    fc.asyncProperty(ends, async (tasks) => {
      expect(await outcomes(undefined, tasks)).toEqual(await outcomes(5, tasks));
    }),
    { numRuns: 8 },
  );
});

it('works with every fan-out through a pull that takes', async () => {
  const serving = await serve(fanOutWorkers, { url: system.url, handleSignals: false, log: SILENT });
  cleanUp.push(() => serving.stop());
  const pages = Array.from({ length: 250 }, (_, index) => `p${index}`);
  const handle = await createOperations({ url: system.url }).create(report, { pages });
  expect((await handle.result({ timeout: '60s' })).urls).toHaveLength(250);
});

it('pulls plainly from a server that takes no attempts, after one refusal', async () => {
  const bodies: { take?: object }[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method === 'GET') return response.end('{}');
    const body = JSON.parse(text);
    bodies.push(body);
    if (bodies.length > 3) return;
    const violation = { field: 'take', description: 'is unknown' };
    const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] }];
    if (body.take) {
      response.statusCode = 400;
      return response.end(
        JSON.stringify({ error: { code: 400, status: 'INVALID_ARGUMENT', message: '', details } }),
      );
    }
    return response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const api = new HttpApi({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const source = new RestSource(api, 'p', 's', SILENT);
  const offer = { worker: 'w', max: 7, catchPoints: {} };
  await source.start({ capacity: 9, offer, onCapacity() {}, receive() {} }, []);
  await until('plain pulls', async () => bodies.length === 4);
  await source.stop();
  expect(bodies).toEqual([
    { maxMessages: 7, take: offer },
    { maxMessages: 9 },
    { maxMessages: 9 },
    { maxMessages: 9 },
  ]);
});
