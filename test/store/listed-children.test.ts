import { describe, expect, it } from 'vitest';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import type { WaitEnd } from '../../shared/lifecycle/wait.ts';
import {
  beginWait,
  childrenOf,
  countsOf,
  deleted,
  endWait,
  failed,
  finish,
  NOW,
  newName,
  order,
  put,
  running,
  succeeded,
  tallyOf,
  UNLIMITED_BYTES,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const METHOD = { order: order('1'), value: { method: 'acme.v1.Work', labels: {} } };
const ALL = { from: 0, limit: 100, maxBytes: UNLIMITED_BYTES };
const BIG = { typeUrl: 'type.googleapis.com/acme.Big', value: new Uint8Array(1_000).fill(9) };
const SMALL = { ...BIG, value: new Uint8Array(10).fill(9) };

onEveryStore('listed children', (subject) => {
  it('are shown with their operations: method, times and result', async () => {
    const { store } = subject();
    const [good, bad, busy, gone] = [newName('good'), newName('bad'), newName('busy'), newName('gone')];
    const nothing = newName('nothing');
    await put(store, running(busy, { creation: METHOD }));
    await put(store, deleted(gone));
    const wait = await beginWait(store, newName(), [bad, nothing, good, gone, busy]);
    await put(store, succeeded(running(good, { creation: METHOD })));
    await put(store, failed(running(bad)));
    await store.catchUpChildren(wait);
    expect(await store.listChildren(wait, ALL)).toEqual([
      {
        ...{ position: 0, key: bad, outcome: 'FAILED' },
        operation: {
          ...{ state: 'FAILED', method: '', createTime: NOW, completeTime: NOW + 5 },
          error: { code: 5, message: 'no', details: [] },
        },
      },
      { position: 1, key: nothing, outcome: 'PENDING' },
      {
        ...{ position: 2, key: good, outcome: 'SUCCEEDED' },
        operation: {
          ...{ state: 'SUCCEEDED', method: 'acme.v1.Work', response: EMPTY_RESPONSE },
          ...{ createTime: NOW, completeTime: NOW + 5 },
        },
      },
      { position: 3, key: gone, outcome: 'NOT_FOUND' },
      {
        ...{ position: 4, key: busy, outcome: 'PENDING' },
        operation: { state: 'RUNNING', method: 'acme.v1.Work', createTime: NOW },
      },
    ]);
  });

  it('of other services are shown with the results of those services', async () => {
    const { store } = subject();
    const [one, two, three] = ['https://e.com/1', 'https://e.com/2', 'https://e.com/3'];
    const wait = await beginWait(store, newName(), [one, two, three]);
    const error = { code: 9, message: 'ü', details: [BIG] };
    await store.recordOutcomes(wait, [
      { key: one, outcome: 'SUCCEEDED', result: { response: BIG } },
      { key: two, outcome: 'FAILED', result: { error } },
      { key: three, outcome: 'NOT_FOUND' },
    ]);
    expect(await store.listChildren(wait, ALL)).toEqual([
      { position: 0, key: one, outcome: 'SUCCEEDED', result: { response: BIG } },
      { position: 1, key: two, outcome: 'FAILED', result: { error } },
      { position: 2, key: three, outcome: 'NOT_FOUND' },
    ]);
  });

  it('of one outcome are found at any position', async () => {
    const { store } = subject();
    const names = Array.from({ length: 450 }, (_, index) => newName(`c${index}`));
    const wait = await beginWait(store, newName(), names);
    const chosen = [0, 3, 199, 200, 449].map((index) => names[index] ?? names[0]);
    await store.recordOutcomes(
      wait,
      chosen.map((key) => ({ key: key ?? '', outcome: 'FAILED' as const })),
    );
    const page = (from: number, limit: number) =>
      store.listChildren(wait, { ...ALL, from, limit, outcome: 'FAILED' });
    const positions = async (from: number, limit: number) =>
      (await page(from, limit))?.map(({ position }) => position);
    expect(await positions(0, 100)).toEqual([0, 3, 199, 200, 449]);
    expect(await positions(0, 2)).toEqual([0, 3]);
    expect(await positions(4, 2)).toEqual([199, 200]);
    expect(await positions(201, 2)).toEqual([449]);
    expect(await positions(450, 2)).toEqual([]);
    expect(await childrenOf(store, wait, { outcome: 'PENDING', limit: 2 })).toEqual([
      { key: names[1], outcome: 'PENDING' },
      { key: names[2], outcome: 'PENDING' },
    ]);
    expect(await childrenOf(store, wait, { outcome: 'CANCELLED' })).toEqual([]);
  });

  describe('with large results', () => {
    async function waitForLarge(store: ReturnType<typeof subject>['store'], count: number) {
      const names = Array.from({ length: count }, (_, index) => newName(`large-${index}`));
      for (const name of names) await put(store, { ...succeeded(running(name)), response: BIG });
      const wait = await beginWait(store, newName(), names);
      await store.catchUpChildren(wait);
      return wait;
    }

    it('end a page early, but never before the first child', async () => {
      const { store } = subject();
      const wait = await waitForLarge(store, 4);
      const page = async (from: number, maxBytes: number) =>
        (await store.listChildren(wait, { from, limit: 100, maxBytes }))?.map(({ position }) => position);
      expect(await page(0, 2_500)).toEqual([0, 1]);
      expect(await page(2, 2_500)).toEqual([2, 3]);
      expect(await page(0, 1)).toEqual([0]);
    });

    it('have no results in a summary after the size limit is reached', async () => {
      const { store } = subject();
      const wait = await waitForLarge(store, 3);
      const small = await store.summary(wait, 100, 2_500);
      const shown = small?.first.map(({ operation }) => [operation?.response, operation?.omitted]);
      expect(shown).toEqual([
        [BIG, undefined],
        [BIG, undefined],
        [undefined, true],
      ]);
      expect((await store.summary(wait, 2, 1))?.first).toHaveLength(2);
      expect(small?.counts).toEqual({ SUCCEEDED: 3 });
    });

    it('leave room in a summary for later results that fit', async () => {
      const { store } = subject();
      const names = [newName('first'), newName('large'), newName('small')] as const;
      await put(store, { ...succeeded(running(names[0])), response: BIG });
      await put(store, { ...succeeded(running(names[1])), response: BIG });
      await put(store, { ...succeeded(running(names[2])), response: SMALL });
      const wait = await beginWait(store, newName(), names);
      await store.catchUpChildren(wait);
      const summary = await store.summary(wait, 100, 1_500);
      expect(summary?.first.map(({ operation }) => operation?.response)).toEqual([BIG, undefined, SMALL]);
      expect(summary?.first.map(({ operation }) => operation?.omitted)).toEqual([undefined, true, undefined]);
    });

    it('of other services have no results after the size limit either', async () => {
      const { store } = subject();
      const wait = await beginWait(store, newName(), ['https://e.com/1']);
      await store.recordOutcomes(wait, [
        { key: 'https://e.com/1', outcome: 'SUCCEEDED', result: { response: BIG } },
      ]);
      expect((await store.summary(wait, 5, 10))?.first).toEqual([
        { position: 0, key: 'https://e.com/1', outcome: 'SUCCEEDED', resultOmitted: true },
      ]);
    });
  });

  it('that were missing at the end of the wait are NOT_FOUND, and pending otherwise', async () => {
    const { store } = subject();
    const [done, missing, pending] = [newName('done'), newName('missing'), newName('pending')];
    const wait = await beginWait(store, newName(), [done, missing, pending]);
    await finish(store, done);
    const end: WaitEnd = {
      ...{ kind: 'RESUMED', cause: 'DEADLINE', by: 'sweep', time: NOW },
      // One of them ended before the wait did, after it was found missing.
      missing: [missing, done],
    };
    const over = await endWait(store, wait, end);
    const counts = { SUCCEEDED: 1, NOT_FOUND: 1, PENDING: 1 };
    expect(await countsOf(store, wait)).toEqual(counts);
    expect(await childrenOf(store, wait)).toEqual([
      { key: done, outcome: 'SUCCEEDED' },
      { key: missing, outcome: 'NOT_FOUND' },
      { key: pending, outcome: 'PENDING' },
    ]);
    expect(await childrenOf(store, wait, { outcome: 'NOT_FOUND' })).toHaveLength(1);
    expect(await childrenOf(store, wait, { outcome: 'PENDING' })).toHaveLength(1);
    expect(await tallyOf(store, wait)).toEqual({ pending: 1, succeeded: 1, unsuccessful: 1 });
    expect(await store.waits(wait.operation, 0, 1)).toEqual([{ wait: over, counts }]);
  });

  it('that are pending are listed by key, with whether their operation exists', async () => {
    const { store } = subject();
    const [a, b, c] = [newName('a'), newName('b'), newName('c')];
    await put(store, running(b));
    const wait = await beginWait(store, newName(), [c, b, a, 'https://e.com/1']);
    expect(await store.pendingChildren(wait, 2)).toEqual([
      { key: 'https://e.com/1', exists: false },
      { key: a, exists: false },
    ]);
    expect(await store.pendingChildren(wait, 10, a)).toEqual([
      { key: b, exists: true },
      { key: c, exists: false },
    ]);
    await finish(store, b);
    expect(await store.pendingChildren(wait, 10, a)).toEqual([{ key: c, exists: false }]);
  });
});
