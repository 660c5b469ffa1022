import { expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { AnyValue } from '../../shared/lifecycle/result.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { beginWait, changeOf, ended, entry, NOW, newName, put, running, waitingFor } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const PAYLOAD: AnyValue = { typeUrl: 'type.googleapis.com/acme.Paid', value: new Uint8Array([0, 255]) };

/** Applies a notification at a time, as the lifecycle does. */
async function notify(
  store: OperationStore,
  operation: OperationName,
  name: string,
  time: number,
  payload?: AnyValue,
) {
  const eventId = `${name}-${time}`;
  await store.commit({ operation, eventId }, ({ operation: found = running(operation) }) => ({
    ...changeOf({ ...found, keptNotifications: found.keptNotifications + 1 }, eventId),
    history: entry(eventId, { type: 'notified', recordTime: time }),
    notified: { name, payload },
  }));
}

async function keptOf(store: OperationStore, operation: OperationName) {
  const reads = { operation, eventId: 'look', kept: true };
  return (await store.commit(reads, () => undefined)).snapshot.kept;
}

onEveryStore('notifications', (subject) => {
  it('are kept in the order in which they were applied', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name));
    for (const [index, what] of ['z', 'a', 'z'].entries()) await notify(store, name, what, NOW + index);
    const kept = await keptOf(store, name);
    expect(kept.map((one) => one.name)).toEqual(['z', 'a', 'z']);
    const positions = kept.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other));
    expect((await store.operation(name))?.keptNotifications).toBe(3);
  });

  it('are read only if they are requested', async () => {
    const { store } = subject();
    const name = newName();
    await notify(store, name, 'a', NOW);
    const { snapshot } = await store.commit({ operation: name, eventId: 'look' }, () => undefined);
    expect(snapshot.kept).toEqual([]);
  });

  it('that a wait takes belong to the wait and are no longer kept', async () => {
    const { store } = subject();
    const name = newName();
    const wait = await beginWait(store, name, [], { notifications: ['a', 'b'] });
    await put(store, waitingFor(running(name), wait));
    await notify(store, name, 'a', NOW + 1, PAYLOAD);
    await notify(store, name, 'c', NOW + 2);
    await notify(store, name, 'b', NOW + 3);
    expect(
      (await store.progress(wait, () => ({ pending: 1, succeeded: 0, unsuccessful: 0 })))?.keptNames,
    ).toEqual([...['a', 'c', 'b']]);
    const kept = await keptOf(store, name);
    const positions = kept.filter((one) => one.name !== 'c').map(({ position }) => position);
    await put(store, running(name, { keptNotifications: 1 }), {
      ended: ended(wait),
      taken: { waitId: wait.waitId, positions },
    });
    expect((await keptOf(store, name)).map((one) => one.name)).toEqual(['c']);
    expect((await store.summary(wait, 0, 0))?.notifications).toEqual([
      { name: 'a', payload: PAYLOAD, time: NOW + 1 },
      { name: 'b', time: NOW + 3 },
    ]);
  });

  it('are not taken by a wait that needs none', async () => {
    const { store } = subject();
    const name = newName();
    const wait = await beginWait(store, name, []);
    await notify(store, name, 'a', NOW);
    const nothing = { pending: 0, succeeded: 0, unsuccessful: 0 };
    expect((await store.progress(wait, () => nothing))?.keptNames).toEqual([]);
    expect((await store.summary(wait, 0, 0))?.notifications).toEqual([]);
  });

  it('belong to one operation only', async () => {
    const { store } = subject();
    const [one, other] = [newName(), newName()];
    await notify(store, one, 'a', NOW);
    await put(store, running(other, { keptNotifications: 1 }));
    expect(await keptOf(store, other)).toEqual([]);
  });
});
