import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../shared/orchestrator/ports/history-entry.ts';
import { changeOf, entry, NOW, newName, put, running } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

onEveryStore('history', (subject) => {
  it('lists the newest line first, in the order of the commits', async () => {
    const { store } = subject();
    const name = newName();
    const ids = ['m', 'z', 'a', 'k'];
    for (const id of ids) await put(store, running(name), {}, id);
    const found = async (limit: number) => (await store.history(name, limit)).map(({ eventId }) => eventId);
    expect(await found(10)).toEqual(['k', 'a', 'z', 'm']);
    expect(await found(2)).toEqual(['k', 'a']);
  });

  it('keeps every field', async () => {
    const { store } = subject();
    const name = newName();
    const entries: readonly HistoryEntry[] = [
      entry('one', { type: 'created', occurTime: NOW - 1_000, recordTime: NOW }),
      entry('two', { type: 'resumed', outcome: 'IGNORED', reason: 'NOT_WAITING' }),
      entry('three', { type: 'cancelRequested', outcome: 'IGNORED', reason: 'TERMINAL' }),
    ];
    for (const history of entries) {
      const { eventId } = history;
      await store.commit({ operation: name, eventId }, () => ({
        ...changeOf(running(name), eventId),
        history,
      }));
    }
    expect(await store.history(name, 10)).toEqual([...entries].reverse());
  });

  it('belongs to one operation only', async () => {
    const { store } = subject();
    const [one, other] = [newName(), newName()];
    await put(store, running(one), {}, 'same');
    await put(store, running(other), {}, 'same');
    expect(await store.history(one, 10)).toHaveLength(1);
    expect(await store.history(other, 10)).toHaveLength(1);
  });
});
