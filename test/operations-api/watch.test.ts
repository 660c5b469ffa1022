/** `:watch`: server-sent events of operations that change. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationsRouter } from '../../shared/operations-api/router.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import type { ChangeFeed } from '../../shared/orchestrator/ports/change-feed.ts';
import { until } from '../setup/until.ts';
import { type OrchestratorUnderTest, orchestratorOn, serve } from './api-under-test.ts';
import { type EventSource, watchEvents } from './watched-events.ts';

const createdBy = (method: string) => ({
  type: 'created' as const,
  creation: { method, labels: {} },
});

interface Api {
  readonly url: string;
  readonly orchestrator: OrchestratorUnderTest;
  /** How often the feed and the store were asked. */
  readonly asked: { since: number; operations: number };
  stop(): Promise<void>;
}

async function startWatchedApi(maxWaitMs?: number): Promise<Api> {
  const store = await openSqliteStore();
  const asked = { since: 0, operations: 0 };
  const orchestrator = orchestratorOn(store);
  const feed: ChangeFeed = {
    ...store.feed,
    since: (...args) => {
      asked.since++;
      return store.feed.since(...args);
    },
  };
  const watched: Orchestrator = {
    ...orchestrator,
    ...{ feed, overview: store.overview },
    store: {
      ...store,
      operations: (names) => {
        asked.operations++;
        return store.operations(names);
      },
    },
  };
  const { port, stop } = await serve(operationsRouter(async () => watched, { maxWaitMs }));
  return {
    ...{ url: `http://127.0.0.1:${port}`, orchestrator, asked },
    async stop() {
      await stop();
      await store.close();
    },
  };
}

describe('a watch', () => {
  let api: Api;
  const sources: EventSource[] = [];
  const watch = async (query = '', lastEventId?: string, path = '/v1/operations:watch') => {
    const source = await watchEvents(`${api.url}${path}${query && `?${query}`}`, lastEventId);
    sources.push(source);
    return source;
  };
  const filtered = (filter: string) => `view=SUMMARY&filter=${encodeURIComponent(filter)}`;
  beforeEach(async () => {
    api = await startWatchedApi();
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) source.close();
    await api.stop();
  });

  it('tells each change with its id, in the order of the commits', async () => {
    const source = await watch();
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    await source.received((event) => event.data.name === 'operations/a');
    await api.orchestrator.happens('operations/b', createdBy('test.v1.B'));
    await api.orchestrator.happens('operations/a', {
      type: 'failed',
      error: { code: 5, message: 'nothing there', details: [] },
    });
    const last = await source.received(({ data }) => data.name === 'operations/a' && data.state === 'FAILED');
    expect(last.data).toMatchObject({
      done: true,
      method: 'test.v1.A',
      error: { code: 5, message: 'nothing there' },
    });
    expect(source.events.map(({ data }) => data.name)).toContain('operations/b');
    expect(new Set(source.events.map(({ id }) => id)).size).toBe(source.events.length);
  });

  it('continues from the last id, without repeating earlier changes', async () => {
    const first = await watch();
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const { id } = await first.received(({ data }) => data.name === 'operations/a');
    first.close();
    await api.orchestrator.happens('operations/b', createdBy('test.v1.B'));
    await api.orchestrator.happens('operations/c', createdBy('test.v1.B'));
    for (const second of [await watch('', id), await watch(`lastEventId=${id}`)]) {
      await second.received(({ data }) => data.name === 'operations/c');
      // One may come twice, but none that came before.
      expect(new Set(second.events.map(({ data }) => data.name))).toEqual(
        new Set(['operations/b', 'operations/c']),
      );
    }
  });

  it('continues from its first id if nothing has changed', async () => {
    const first = await watch();
    first.close();
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const second = await watch('', first.beginId);
    await second.received(({ data }) => data.name === 'operations/a');
  });

  it('refuses an id that is too old, or was never given out, with OUT_OF_RANGE', async () => {
    for (const id of ['nonsense', 'ffffffffffff-1', `${(await watch()).beginId}9`]) {
      const response = await fetch(`${api.url}/v1/operations:watch`, { headers: { 'last-event-id': id } });
      const { error } = (await response.json()) as { error: { status: string } };
      expect([id, response.status, error.status]).toEqual([id, 400, 'OUT_OF_RANGE']);
    }
  });

  it('tells those that match, once more those that stop to, and never the others', async () => {
    const source = await watch(filtered('method = "test.v1.A" AND state = RUNNING'));
    await api.orchestrator.happens('operations/other', createdBy('test.v1.B'));
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const first = await source.received(({ data }) => data.name === 'operations/a');
    expect(first.data.matches).toBe(undefined);
    await api.orchestrator.happens('operations/other', { type: 'cancelled' });
    await api.orchestrator.happens('operations/a', { type: 'cancelled' });
    const left = await source.received(({ data }) => data.state === 'CANCELLED');
    expect(left.data).toMatchObject({ name: 'operations/a', matches: false });
    expect(source.events.filter(({ data }) => data.name === 'operations/other')).toEqual([]);
  });

  it('tells that an operation is deleted', async () => {
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const source = await watch();
    await fetch(`${api.url}/v1/operations/a`, { method: 'DELETE' });
    const { data } = await source.received(({ data: { deleted } }) => deleted === true);
    expect(data).toEqual({ name: 'operations/a', deleted: true, matches: false });
  });

  it('of one operation begins with how it is, and tells of no other', async () => {
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const source = await watch('', undefined, '/v1/operations/a:watch');
    await source.received(({ data }) => data.state === 'RUNNING');
    await api.orchestrator.happens('operations/b', createdBy('test.v1.B'));
    await api.orchestrator.happens('operations/a', { type: 'cancelled' });
    await source.received(({ data }) => data.state === 'CANCELLED');
    expect(source.events.every(({ data }) => data.name === 'operations/a')).toBe(true);
    const missing = await fetch(`${api.url}/v1/operations/nobody:watch`);
    expect([missing.status, await missing.json()]).toEqual([404, expect.anything()]);
  });

  it('refuses a filter with a mistake before it begins', async () => {
    const response = await fetch(`${api.url}/v1/operations:watch?filter=nonsense%20%3D%201`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/json; charset=utf-8',
    ]);
    await response.arrayBuffer();
  });

  it('asks the feed and the store once, however many watch', async () => {
    const many = await Promise.all(Array.from({ length: 60 }, () => watch()));
    api.asked.since = 0;
    api.asked.operations = 0;
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    await Promise.all(many.map((source) => source.received(({ data }) => data.name === 'operations/a')));
    expect(api.asked.since).toBeLessThanOrEqual(2);
    expect(api.asked.operations).toBe(1);
  });

  it('stops asking when the last watcher has left', async () => {
    const source = await watch();
    source.close();
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    await until('the feed to be left alone', async () => {
      api.asked.since = 0;
      await api.orchestrator.happens('operations/a', { type: 'progressed' });
      await new Promise((resolve) => setTimeout(resolve, 250));
      return api.asked.since === 0;
    });
  });

  it('disconnects a watcher that does not read, and serves the others', async () => {
    const slow = await fetch(`${api.url}/v1/operations:watch`);
    const reader = slow.body?.getReader();
    await reader?.read();
    const quick = await watch();
    const value = Buffer.alloc(700_000, 1);
    // More than sockets and the server take for a reader that sleeps.
    for (let number = 1; number <= 40; number++) {
      const metadata = { typeUrl: 'type.googleapis.com/test.Unknown', value };
      await api.orchestrator.happens('operations/a', { type: 'progressed', metadata });
      await quick.received(({ index }) => index >= number - 1);
    }
    const readAll = async () => {
      for (;;) if ((await reader?.read())?.done) return 'ended';
    };
    await expect(readAll()).rejects.toThrow();
  });
});

it('a watch ends before the platform would end it, and the next call continues it', async () => {
  const api = await startWatchedApi(200);
  try {
    const first = await watchEvents(`${api.url}/v1/operations:watch`);
    await api.orchestrator.happens('operations/a', createdBy('test.v1.A'));
    const { id } = await first.received(({ data }) => data.name === 'operations/a');
    await until('changes to end the connection', async () => {
      await api.orchestrator.happens('operations/a', { type: 'progressed' });
      return first.ended;
    });
    const second = await watchEvents(`${api.url}/v1/operations:watch`, id);
    await second.received(({ data }) => data.name === 'operations/a');
    second.close();
  } finally {
    await api.stop();
  }
});
