import { describe, expect, it } from 'vitest';
import type { ChildOutcome, DoneOutcome } from '../../shared/lifecycle/child-outcome.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { type Tally, tallyLimits } from '../../shared/lifecycle/policy.ts';
import type { OpenWait, WaitPolicy } from '../../shared/lifecycle/wait.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  childrenOf,
  countsOf,
  deleted,
  endWait,
  finish,
  newName,
  put,
  running,
  succeeded,
  tallyOf,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const keysOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `operations/child-${String(index).padStart(5, '0')}`);

/** A wait of its own whose children have these outcomes, by their order. */
async function waitWith(store: OperationStore, outcomes: readonly ChildOutcome[]): Promise<OpenWait> {
  const keys = keysOf(outcomes.length);
  const wait = await beginWait(store, newName(), keys);
  await store.recordOutcomes(
    wait,
    keys.map((key, index) => ({ key, outcome: outcomes[index] ?? 'PENDING' })),
  );
  return wait;
}

const MIXED: readonly ChildOutcome[] = [
  ...['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND', 'SUCCEEDED', 'PENDING'],
] as ChildOutcome[];

const COUNTED: readonly (readonly [WaitPolicy, Tally])[] = [
  [{ kind: 'ALL_DONE' }, { pending: 1, succeeded: 0, unsuccessful: 0 }],
  [{ kind: 'ANY_DONE' }, { pending: 1, succeeded: 1, unsuccessful: 1 }],
  [{ kind: 'ALL_SUCCEEDED' }, { pending: 1, succeeded: 0, unsuccessful: 1 }],
  [{ kind: 'ANY_SUCCEEDED' }, { pending: 1, succeeded: 1, unsuccessful: 0 }],
  [
    { kind: 'QUORUM_SUCCEEDED', quorum: 2 },
    { pending: 1, succeeded: 2, unsuccessful: 3 },
  ],
  [
    { kind: 'QUORUM_SUCCEEDED', quorum: 6 },
    { pending: 1, succeeded: 2, unsuccessful: 2 },
  ],
];

onEveryStore('children of a wait', (subject) => {
  describe('are counted', () => {
    it.each(COUNTED)('as far as the policy %o has to know', async (policy, expected) => {
      const { store } = subject();
      const wait = await waitWith(store, MIXED);
      expect(await tallyOf(store, wait, tallyLimits({ ...wait, policy }))).toEqual(expected);
    });

    it('up to the limits, and not at all if the limits are 0', async () => {
      const { store } = subject();
      const wait = await waitWith(store, MIXED);
      expect(await tallyOf(store, wait)).toEqual({ pending: 2, succeeded: 2, unsuccessful: 3 });
      const nothing = { pending: 0, succeeded: 0, unsuccessful: 0 };
      expect(await tallyOf(store, wait, nothing)).toEqual(nothing);
    });

    it('by outcome, leaving out outcomes that no child has', async () => {
      const { store } = subject();
      expect(await countsOf(store, await waitWith(store, MIXED))).toEqual({
        ...{ PENDING: 2, SUCCEEDED: 2, FAILED: 1, CANCELLED: 1, NOT_FOUND: 1 },
      });
      expect(await countsOf(store, await waitWith(store, ['FAILED']))).toEqual({ FAILED: 1 });
    });
  });

  it('are listed in the order of the wait, a page at a time', async () => {
    const { store } = subject();
    const wait = await waitWith(store, MIXED);
    const all = keysOf(7).map((key, index) => ({ key, outcome: MIXED[index] }));
    expect(await childrenOf(store, wait)).toEqual(all);
    const first = await childrenOf(store, wait, { limit: 3 });
    expect(first).toEqual(all.slice(0, 3));
    expect(await childrenOf(store, wait, { from: 3, limit: 3 })).toEqual(all.slice(3, 6));
    expect(await childrenOf(store, wait, { from: 7, limit: 3 })).toEqual([]);
  });

  it('can be operations of other services, listed among the others', async () => {
    const { store } = subject();
    const external = 'https://example.com/v1/projects/p/operations/1 ü';
    const own = newName();
    const wait = await beginWait(store, newName(), [own, external]);
    await store.recordOutcomes(wait, [{ key: external, outcome: 'FAILED' }]);
    expect(await childrenOf(store, wait)).toEqual([
      { key: own, outcome: 'PENDING' },
      { key: external, outcome: 'FAILED' },
    ]);
  });

  it('belong to one wait only', async () => {
    const { store } = subject();
    const name = newName();
    const one = await beginWait(store, name, ['operations/c'], { waitId: 'w' });
    await endWait(store, one);
    const other = await beginWait(store, name, ['operations/c'], { waitId: 'w2' });
    await store.recordOutcomes(other, [{ key: 'operations/c', outcome: 'SUCCEEDED' }]);
    expect(await countsOf(store, one)).toEqual({ PENDING: 1 });
    expect(await countsOf(store, other)).toEqual({ SUCCEEDED: 1 });
  });

  describe('are given outcomes', () => {
    it('and the first outcome of each is kept', async () => {
      const { store } = subject();
      const wait = await waitWith(store, ['SUCCEEDED', 'PENDING']);
      const [first = '', second = ''] = keysOf(2);
      await store.recordOutcomes(wait, [
        { key: first, outcome: 'FAILED' },
        { key: second, outcome: 'CANCELLED' },
      ]);
      await store.recordOutcomes(wait, [{ key: second, outcome: 'SUCCEEDED' }]);
      expect(await countsOf(store, wait)).toEqual({ SUCCEEDED: 1, CANCELLED: 1 });
    });

    it('and the first outcome is kept if several arrive at the same time', async () => {
      const { store } = subject();
      const wait = await waitWith(store, ['PENDING']);
      const outcomes: readonly DoneOutcome[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'];
      await Promise.all(
        outcomes.map((outcome) =>
          store.recordOutcomes(
            wait,
            keysOf(1).map((key) => ({ key, outcome })),
          ),
        ),
      );
      const counts = await countsOf(store, wait);
      expect(Object.values(counts ?? {})).toEqual([1]);
    });

    it('only if they are children of the wait', async () => {
      const { store } = subject();
      const wait = await waitWith(store, ['PENDING']);
      await store.recordOutcomes(wait, [{ key: 'operations/stranger', outcome: 'FAILED' }]);
      await store.recordOutcomes(wait, []);
      await store.recordOutcomes({ operation: newName(), waitId: 'w' }, [{ key: 'x', outcome: 'FAILED' }]);
      expect(await childrenOf(store, wait)).toHaveLength(1);
      expect(await countsOf(store, wait)).toEqual({ PENDING: 1 });
    });

    it('but not after the wait has ended', async () => {
      const { store } = subject();
      const child = newName();
      const wait = await beginWait(store, newName(), [child]);
      await endWait(store, wait);
      await store.recordOutcomes(wait, [{ key: child, outcome: 'FAILED' }]);
      await finish(store, child);
      await store.catchUpChildren(wait);
      expect(await childrenOf(store, wait)).toEqual([{ key: child, outcome: 'PENDING' }]);
    });
  });

  it('that ended before the wait began get their outcome when the wait catches up', async () => {
    const { store } = subject();
    const [done, bad, gone, busy, unknown] = [newName(), newName(), newName(), newName(), newName()];
    await finish(store, done);
    await finish(store, bad, 'FAILED');
    await put(store, deleted(gone));
    await put(store, running(busy));
    const keys = [done, bad, gone, busy, unknown, 'https://example.com/operations/1'];
    const wait = await beginWait(store, newName(), keys);
    await store.catchUpChildren(wait);
    const caughtUp = { SUCCEEDED: 1, FAILED: 1, NOT_FOUND: 1, PENDING: 3 };
    expect(await countsOf(store, wait)).toEqual(caughtUp);
    await store.catchUpChildren(wait);
    expect(await countsOf(store, wait)).toEqual(caughtUp);
  });

  it('can be ten thousand', async () => {
    const { store } = subject();
    const [done, last] = [newName('zz'), newName('zzz')];
    await finish(store, done);
    const keys = [...keysOf(9_998), done, last];
    const wait = await beginWait(store, newName('big'), keys);
    await store.catchUpChildren(wait);
    expect((await finish(store, last)).waits).toHaveLength(1);
    expect(await countsOf(store, wait)).toEqual({ SUCCEEDED: 2, PENDING: 9_998 });
    const several = keysOf(1_500).map((key) => ({ key, outcome: 'FAILED' }) as const);
    await store.recordOutcomes(wait, several);
    expect(await tallyOf(store, wait, { pending: 1, succeeded: 10, unsuccessful: 100 })).toEqual({
      ...{ pending: 1, succeeded: 2, unsuccessful: 100 },
    });
    expect(await childrenOf(store, wait, { from: 9_998, limit: 2 })).toEqual([
      { key: done, outcome: 'SUCCEEDED' },
      { key: last, outcome: 'SUCCEEDED' },
    ]);
  });

  it('of a parent are the active operations that name it, listed by name', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const creation = (name: string) => ({
      ...running(operationName(`${parent.slice(11)}-${name}`)),
      creation: { order: 'o', value: { method: 'm', parent, labels: {} } },
    });
    const [a, b, c, d] = [creation('a'), creation('b'), creation('c'), creation('d')];
    for (const child of [c, a, b, d]) await put(store, child as ReturnType<typeof running>);
    await put(store, succeeded(b as ReturnType<typeof running>));
    expect(await store.activeChildren(parent, 10)).toEqual([a.name, c.name, d.name]);
    expect(await store.activeChildren(parent, 1)).toEqual([a.name]);
    expect(await store.activeChildren(parent, 10, a.name)).toEqual([c.name, d.name]);
  });
});
