import { expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { ALWAYS, type Condition } from '../../shared/orchestrator/condition.ts';
import { NOW, newName, put, running, succeeded } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

onEveryStore('the feed of changes', (subject) => {
  /** The names behind the position, page by page. */
  const namesSince = async (position: string, limit = 100) => {
    const names: OperationName[] = [];
    let last = position;
    for (;;) {
      const changes = await subject().store.feed.since(last, limit);
      if (changes === undefined) throw new Error(`${last} is too old`);
      names.push(...changes.map(({ name }) => name));
      last = changes.at(-1)?.position ?? last;
      if (changes.length < limit) return { names, last };
    }
  };
  const among = (names: readonly OperationName[], wanted: readonly OperationName[]) =>
    names.filter((name) => wanted.includes(name));

  it('lists each commit after a position that was read before it, in order', async () => {
    const { store } = subject();
    const wanted = [newName(), newName(), newName()];
    const before = await store.feed.position();
    for (const name of wanted) await put(store, running(name), {}, 'created');
    const { names, last } = await namesSince(before);
    expect(among(names, wanted)).toEqual(wanted);

    await put(
      store,
      { ...succeeded(running(wanted[0] as OperationName)), updateTime: NOW + 1 },
      {},
      'succeeded',
    );
    const later = await namesSince(last);
    expect(among(later.names, wanted)).toEqual([wanted[0]]);
    expect(store.feed.isBefore(last, later.last)).toBe(true);
    expect(store.feed.isBefore(later.last, last)).toBe(false);
    expect((await namesSince(later.last)).names).toEqual([]);
  });

  it('loses no change if pages are small and many changes share a commit', async () => {
    const { store } = subject();
    const wanted = Array.from({ length: 9 }, () => newName());
    const before = await store.feed.position();
    await store.commitAll(
      wanted.map((name) => ({
        reads: { operation: name, eventId: 'created' },
        decide: () => ({
          operation: running(name),
          history: {
            ...{ eventId: 'created', type: 'created' as const, occurTime: NOW, recordTime: NOW },
            outcome: 'APPLIED' as const,
          },
          effects: [],
          effectsDue: NOW,
        }),
      })),
    );
    const { names } = await namesSince(before, 2);
    expect(among(names, wanted).toSorted()).toEqual(wanted.toSorted());
  });

  it('returns nothing for a position that it never issued', async () => {
    for (const position of ['', 'nonsense', '0/', '1/a', 'ffffffffffff-1']) {
      expect([position, await subject().store.feed.since(position, 10)]).toEqual([position, undefined]);
    }
  });

  it('resolves when there may be changes, and when the caller aborts', async () => {
    const { store } = subject();
    const { last } = await namesSince(await store.feed.position());
    const changed = store.feed.changed(last, new AbortController().signal);
    await put(store, running(newName()), {}, 'created');
    await changed;
    const stop = new AbortController();
    const waiting = store.feed.changed((await namesSince(last)).last, stop.signal);
    stop.abort();
    await waiting;
  });
});

onEveryStore('the overview', (subject) => {
  const named = (prefix: string): Condition => ({
    ...{ kind: 'text', subject: 'name', relation: 'startsWith', value: prefix },
  });

  it('lists summaries in the order of a list, after the offset', async () => {
    const { store } = subject();
    const prefix = newName('overview');
    const names = [0, 1, 2, 3].map((number) => `${prefix}-${number}` as OperationName);
    for (const [index, name] of names.entries()) {
      await put(store, running(name, { createTime: NOW + index }), {}, 'created');
    }
    const all = await store.overview.list({ condition: named(prefix), limit: 10, skip: 0 });
    expect(all.map(({ name }) => name)).toEqual(names.toReversed());
    expect(all[0]).toMatchObject({ state: 'RUNNING', createTime: NOW + 3, updateTime: NOW, attempt: 1 });
    const page = await store.overview.list({ condition: named(prefix), limit: 2, skip: 1 });
    expect(page.map(({ name }) => name)).toEqual([names[2], names[1]]);
    const { createTime, name } = all[1] as { createTime: number; name: OperationName };
    const behind = { condition: named(prefix), after: { createTime, name }, limit: 5, skip: 0 };
    expect((await store.overview.list(behind)).map((found) => found.name)).toEqual([names[1], names[0]]);
  });

  it('counts by state and by minute', async () => {
    const { store } = subject();
    const prefix = newName('statistics');
    await put(store, running(`${prefix}-a` as OperationName), {}, 'created');
    await put(store, succeeded(running(`${prefix}-b` as OperationName)), {}, 'succeeded');
    const { states, minutes } = await store.overview.statistics({
      condition: named(prefix),
      since: NOW - 60_000,
    });
    expect(states).toEqual({ RUNNING: 1, SUCCEEDED: 1 });
    expect(minutes.reduce((sum, { created }) => sum + created, 0)).toBe(2);
    expect(minutes.reduce((sum, { succeeded: number }) => sum + number, 0)).toBe(1);
    const everything = await store.overview.statistics({ condition: ALWAYS, since: NOW - 60_000 });
    expect(everything.states.RUNNING).toBeGreaterThanOrEqual(1);
  });
});
