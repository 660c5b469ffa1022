import { expect, it } from 'vitest';
import { changeOf, deleted, NOW, newName, put, running, succeeded } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const COMPLETION = { kind: 'publishCompletion' } as const;
/** Behind the expire time of all fixtures. */
const LATE = NOW + 10_000_000;

onEveryStore('expiry', (subject) => {
  it('removes an operation that has ended once its expire time has come', async () => {
    const { store, isLetGo } = subject();
    const [over, active] = [newName('over'), newName('active')];
    await put(store, succeeded(running(over)));
    await put(store, running(active));
    await store.expire(NOW);
    expect(await isLetGo(over)).toBe(false);
    await store.expire(LATE);
    expect(await isLetGo(over)).toBe(true);
    expect(await isLetGo(active)).toBe(false);
  });

  it('keeps an operation with an entry in the outbox', async () => {
    const { store, isLetGo } = subject();
    const name = newName();
    await put(store, succeeded(running(name)), { effects: [COMPLETION] });
    await store.expire(LATE);
    expect(await isLetGo(name)).toBe(false);
    expect(await store.outbox(name)).toHaveLength(1);
    expect(await store.operation(name)).toEqual(succeeded(running(name)));
    await store.removeEffects(name, [COMPLETION]);
    await store.expire(LATE);
    expect(await isLetGo(name)).toBe(true);
  });

  it('removes operations although others have to stay', async () => {
    const { store, isLetGo } = subject();
    const kept = Array.from({ length: 40 }, () => newName('kept'));
    for (const name of kept) await put(store, succeeded(running(name)), { effects: [COMPLETION] });
    const free = newName('free');
    await put(store, { ...succeeded(running(free)), expireTime: NOW + 2_000_000 });
    while (await store.expire(LATE)) {
      // Until nothing more can be let go of.
    }
    expect(await isLetGo(free)).toBe(true);
    for (const name of kept) await store.removeEffects(name, [COMPLETION]);
  });

  it('comes later if the operation has a longer ttl', async () => {
    const { store, isLetGo } = subject();
    const name = newName();
    await put(store, succeeded(running(name)));
    await put(store, deleted(name));
    await store.expire(LATE);
    expect(await isLetGo(name)).toBe(false);
    await store.expire(NOW * 3);
    expect(await isLetGo(name)).toBe(true);
  });

  it('does not remove an operation while an event adds an effect', async () => {
    const { store, isLetGo } = subject();
    const name = newName();
    await put(store, succeeded(running(name)));
    const late = store.commit({ operation: name, eventId: 'late' }, ({ operation }) =>
      changeOf(operation ?? succeeded(running(name)), 'late', { effects: [COMPLETION] }),
    );
    await Promise.all([late, store.expire(LATE)]);
    const left = await store.outbox(name);
    expect(left).toHaveLength(1);
    expect(await isLetGo(name)).toBe(false);
    await store.removeEffects(name, [COMPLETION]);
  });
});
