import { expect, it } from 'vitest';
import type { Effect } from '../../shared/lifecycle/effect.ts';
import { NOW, newName, put, putEffects, running } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const COMPLETION: Effect = { kind: 'publishCompletion' };
const SIGNAL: Effect = { kind: 'signalResume', waitId: 'w' };

onEveryStore('outbox', (subject) => {
  it('keeps every kind of effect as it is', async () => {
    const { store } = subject();
    const name = newName();
    const effects: readonly Effect[] = [
      COMPLETION,
      SIGNAL,
      { kind: 'signalCancel', cause: 'ü "c"' },
      { kind: 'callResumeMethod', waitId: 'w' },
      { kind: 'startWait', waitId: 'w' },
      { kind: 'stopWorkflow', waitId: 'w' },
      { kind: 'settleWait', parent: { operation: newName(), waitId: 'w' } },
      { kind: 'cancelChildren', cause: 'c', waitId: 'w' },
      { kind: 'cancelChildren', cause: 'd' },
    ];
    await putEffects(store, name, ...effects);
    const entries = await store.outbox(name);
    expect(entries).toHaveLength(effects.length);
    const due = NOW + 60_000;
    for (const effect of effects) {
      expect(entries).toContainEqual({ operation: name, effect, attempts: 0, due });
    }
  });

  it('is committed with the operation or not at all', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name), {}, 'event');
    await expect(put(store, running(name), { effects: [COMPLETION] }, 'event')).rejects.toThrow();
    expect(await store.outbox(name)).toEqual([]);
  });

  it('removes only the entries of effects that were carried out', async () => {
    const { store } = subject();
    const [name, other] = [newName(), newName()];
    await putEffects(store, name, COMPLETION, SIGNAL);
    await putEffects(store, other, COMPLETION);
    await store.removeEffects(name, [COMPLETION]);
    expect((await store.outbox(name)).map(({ effect }) => effect)).toEqual([SIGNAL]);
    expect(await store.outbox(other)).toHaveLength(1);
  });

  it('ignores the removal of an entry that does not exist', async () => {
    const { store } = subject();
    const name = newName();
    await putEffects(store, name, SIGNAL);
    await store.removeEffects(name, [SIGNAL]);
    await store.removeEffects(name, [SIGNAL, COMPLETION]);
    await store.removeEffects(name, []);
    await store.removeEffects(newName(), [SIGNAL]);
    await store.postponeEffect(name, SIGNAL, 5);
    await store.postponeEffect(newName(), SIGNAL, 5);
    expect(await store.outbox(name)).toEqual([]);
  });

  it('contains an effect once if it was written twice', async () => {
    const { store } = subject();
    const name = newName();
    await putEffects(store, name, SIGNAL);
    await putEffects(store, name, SIGNAL, COMPLETION);
    expect(await store.outbox(name)).toHaveLength(2);
  });

  it('lists due entries of all operations, and counts attempts', async () => {
    const { store } = subject();
    const [early, late] = [newName('early'), newName('late')];
    await put(store, running(early), { effects: [SIGNAL], effectsDue: 100 });
    await put(store, running(late), { effects: [SIGNAL, COMPLETION], effectsDue: 200 });
    const due = async (now: number, limit = 10) =>
      (await store.dueEffects(now, limit)).map(({ operation, attempts }) => [operation, attempts]);
    expect(await due(99)).toEqual([]);
    expect(await due(100)).toEqual([[early, 0]]);
    expect(await due(200)).toHaveLength(3);
    expect(await due(200, 1)).toEqual([[early, 0]]);

    await store.postponeEffect(early, SIGNAL, 150);
    expect(await due(149)).toEqual([]);
    await store.postponeEffect(early, SIGNAL, 160);
    expect(await due(160)).toEqual([[early, 2]]);
    await store.removeEffects(early, [SIGNAL]);
    await store.removeEffects(late, [SIGNAL, COMPLETION]);
    expect(await due(1_000)).toEqual([]);
  });
});
