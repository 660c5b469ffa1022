import { expect, it } from 'vitest';
import { beginWait, changeOf, entry, NOW, newName, put, running } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

onEveryStore('records of an operation', (subject) => {
  it('gives the history in pages, the oldest line first', async () => {
    const { store } = subject();
    const name = newName();
    const ids = ['c', 'a', 'b', 'e', 'd'];
    for (const id of ids) await put(store, running(name), {}, id);
    const [one, two] = await store.data.history(name, 0, 2);
    expect([one?.entry.eventId, two?.entry.eventId]).toEqual(['c', 'a']);
    const rest = await store.data.history(name, two?.position ?? 0, 10);
    expect(rest.map(({ entry: { eventId } }) => eventId)).toEqual(['b', 'e', 'd']);
    expect(rest[0]?.entry).toEqual(entry('b'));
    expect((await store.history(name, 10)).toReversed()).toEqual(
      (await store.data.history(name, 0, 10)).map((line) => line.entry),
    );
  });

  it('gives notifications with their payloads, kept, taken and taken over', async () => {
    const { store } = subject();
    const name = newName();
    const payload = { typeUrl: 'type.googleapis.com/acme.Paid', value: new Uint8Array([0, 255]) };
    await beginWait(store, name, [], {}, { taken: [{ name: 'over', time: NOW, payload }] });
    await store.commit({ operation: name, eventId: 'n' }, ({ operation }) => ({
      ...changeOf(operation ?? running(name), 'n'),
      notified: { name: 'kept' },
    }));
    const all = await store.data.notifications(name, -1_000, 10);
    expect(all).toEqual([
      { position: -1, name: 'over', time: NOW, payload, waitId: 'wait-1' },
      { position: expect.any(Number), name: 'kept', time: NOW + 1 },
    ]);
    expect(await store.data.notifications(name, -1, 10)).toEqual(all.slice(1));
    expect(await store.data.notifications(name, -1_000, 1)).toEqual(all.slice(0, 1));
  });
});
