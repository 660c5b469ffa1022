import { expect, it } from 'vitest';
import { beginWait, NOW, newName, put, running } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const LATER = NOW + 365 * 86_400_000;

onEveryStore('backlog', (subject) => {
  it('counts due effects and operations with the oldest due time, and open waits', async () => {
    const { store } = subject();
    await put(store, running(newName()), { effects: [{ kind: 'publishCompletion' }], effectsDue: NOW });
    await beginWait(store, newName(), ['operations/c']);
    const backlog = await store.backlog(LATER, 1_000);
    expect(backlog.effects).toBeGreaterThan(0);
    expect(backlog.oldestEffectTime).toBeLessThanOrEqual(NOW);
    expect(backlog.operations).toBeGreaterThan(0);
    expect(backlog.oldestOperationTime).toBeLessThanOrEqual(LATER);
    expect(backlog.openWaits).toBeGreaterThan(0);
    expect(await store.backlog(LATER, 1)).toMatchObject({ effects: 1, operations: 1, openWaits: 1 });
  });

  it('counts nothing if the limit is 0, and leaves out effects that are not due', async () => {
    const { store } = subject();
    expect(await store.backlog(LATER, 0)).toMatchObject({ effects: 0, operations: 0, openWaits: 0 });
    expect(await store.backlog(0, 1_000)).toMatchObject({ effects: 0, operations: 0 });
  });
});
