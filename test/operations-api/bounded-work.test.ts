/** What a caller can make long is paged, limited in number, or done behind the answer. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { type OperationName, operationId, operationName } from '../../shared/lifecycle/operation-name.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { until } from '../setup/until.ts';
import { newName } from '../store/fixtures.ts';
import { type OrchestratorUnderTest, orchestratorOn, serve, waitingFor } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

const MAX_HELD_CALLS = 20;

let store: OperationStore;
let orchestrator: OrchestratorUnderTest;
let api: DescribedApi;
let stop: () => Promise<void>;
/** The calls of the store that are under way, by the name of the method, and the most that ever were. */
const calls = { made: 0, underWay: 0, most: 0 };
/** While it is set, no signal is published. */
let signalsHeld: Promise<void> | undefined;

beforeAll(async () => {
  store = await openSqliteStore();
  const counted = new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...values: unknown[]) => {
        calls.made++;
        calls.most = Math.max(calls.most, ++calls.underWay);
        try {
          // As a database does, it takes some time.
          await turn();
          return await method.apply(target, values);
        } finally {
          calls.underWay--;
        }
      };
    },
  });
  orchestrator = orchestratorOn(counted);
  const held = {
    ...orchestrator,
    publisher: {
      ...orchestrator.publisher,
      publishSignal: async (signal: Parameters<typeof orchestrator.publisher.publishSignal>[0]) => {
        await signalsHeld;
        await orchestrator.publisher.publishSignal(signal);
      },
    },
  };
  const server = await serve(
    operationsRouter(async () => held, { maxWaitMs: 60_000, maxHeldCalls: MAX_HELD_CALLS }),
  );
  api = await DescribedApi.at(`http://127.0.0.1:${server.port}`);
  stop = server.stop;
});

afterAll(async () => {
  await stop();
  await store.close();
});

async function created(parent?: OperationName): Promise<OperationName> {
  const name = newName('bounded');
  await orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels: {}, parent } });
  return name;
}

const path = (name: OperationName, verb = '') => `/v1/operations/${operationId(name)}${verb}`;

describe(':inspect of an operation with 1,500 waits', () => {
  const WAITS = 1_500;
  let name: OperationName;
  beforeAll(async () => {
    name = await created();
    const child = await created();
    for (let index = 0; index < WAITS; index++) await orchestrator.happens(name, waitingFor([child]));
  });

  it('reads the newest 50, few at a time', async () => {
    Object.assign(calls, { made: 0, most: 0 });
    const { body } = await api.call('GET', path(name, ':inspect'));
    expect(body.waits).toHaveLength(50);
    expect(body.waits.at(-1)).toMatchObject({ open: true });
    expect(calls.made).toBeLessThan(120);
    expect(calls.most).toBeLessThanOrEqual(16);
  });

  it('has every wait on exactly one page', async () => {
    const pages: string[][] = [];
    for (let token = ''; ; ) {
      const { body } = await api.call('GET', `${path(name, ':inspect')}?pageToken=${token}`);
      pages.unshift(body.waits.map(({ waitId }: { waitId: string }) => waitId));
      token = body.nextPageToken;
      if (!token) break;
    }
    const all = pages.flat();
    const begun = (await store.waits(name, 0, 2 * WAITS)).map(({ wait }) => wait.waitId).toReversed();
    expect(all).toEqual(begun);
    expect(new Set(all).size).toBe(begun.length);
    // Of events of one millisecond, the later id counts: a few are superseded.
    expect(begun.length).toBeGreaterThan(WAITS * 0.9);
  });

  it('refuses a page token that it did not give', async () => {
    const { status, body } = await api.call('GET', `${path(name, ':inspect')}?pageToken=bm9uZQ`);
    expect([status, body.error.details[1].fieldViolations[0].field]).toEqual([400, 'pageToken']);
  });
});

describe(':inspect of waits with thousands of children that failed', () => {
  it('reads at most 1,000 of them, few at a time', async () => {
    const name = await created();
    const children = Array.from({ length: 400 }, (_, index) => operationName(`failed-${index}`));
    const error = { code: 9, message: 'm', details: [] };
    await Promise.all(children.map((child) => orchestrator.happens(child, { type: 'failed', error })));
    for (let index = 0; index < 10; index++) await orchestrator.happens(name, waitingFor(children));
    Object.assign(calls, { made: 0, most: 0 });
    const { body } = await api.call('GET', `${path(name, ':inspect')}?pageSize=1000`);
    expect(body.waits).toHaveLength(10);
    for (const wait of body.waits) expect(wait.children.first).toHaveLength(100);
    expect(calls.made).toBeLessThan(1_100);
    expect(calls.most).toBeLessThanOrEqual(64);
  });
});

describe(':wait beyond the number of calls that are held', () => {
  it('is answered at once with the latest state, and other calls go on', async () => {
    const name = await created();
    let answered = 0;
    const wait = async () => {
      const answer = await api.call('POST', path(name, ':wait'), { timeout: '50s' });
      answered++;
      return answer;
    };
    const waiting = Array.from({ length: 200 }, wait);
    await until('the calls beyond the limit to be answered', () => answered >= 200 - MAX_HELD_CALLS);
    expect((await api.call('GET', path(name))).body).toEqual({ name });
    expect(answered).toBe(200 - MAX_HELD_CALLS);
    await orchestrator.happens(name, { type: 'cancelled' });
    const answers = await Promise.all(waiting);
    expect(answers.filter(({ body }) => body.done)).toHaveLength(MAX_HELD_CALLS);
    // A call that was answered makes room.
    expect((await wait()).body).toMatchObject({ done: true });
  });
});

describe(':cancel of 2,000 children', () => {
  it('is answered once the request is committed, and reaches every child', async () => {
    const parent = await created();
    const children = await Promise.all(Array.from({ length: 2_000 }, () => created(parent)));
    let release = () => {};
    signalsHeld = new Promise((resolve) => {
      release = resolve;
    });
    const { status } = await api.call('POST', path(parent, ':cancel'));
    expect(status).toBe(200);
    expect(orchestrator.told.signals.filter(({ kind }) => kind === 'CANCEL')).toEqual([]);
    expect((await api.call('GET', path(parent, ':inspect'))).body).toMatchObject({ cancelRequested: true });
    // A repeat is answered as well, while the first is still at work.
    expect((await api.call('POST', path(parent, ':cancel'))).status).toBe(200);
    release();
    await until('every child to be asked to stop', () => {
      const asked = new Set(orchestrator.told.signals.map(({ operation }) => operation));
      return children.every((child) => asked.has(child));
    });
  });

  it('is answered although the worker cannot be told now', async () => {
    const name = await created();
    orchestrator.bus.up = false;
    expect((await api.call('POST', path(name, ':cancel'))).status).toBe(200);
    orchestrator.bus.up = true;
    expect(await store.outbox(name)).not.toEqual([]);
  });
});
