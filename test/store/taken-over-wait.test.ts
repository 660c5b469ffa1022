import { expect, it } from 'vitest';
import type { AnyValue } from '../../shared/lifecycle/result.ts';
import {
  beginWait,
  childrenOf,
  NOW,
  newName,
  put,
  running,
  succeeded,
  tallyOf,
  UNLIMITED_BYTES,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const PAYLOAD: AnyValue = { typeUrl: 'type.googleapis.com/acme.Paid', value: new Uint8Array([0, 255]) };

onEveryStore('a wait that is taken over from an earlier operation', (subject) => {
  it('has the outcomes and the results that its children had', async () => {
    const { store } = subject();
    const [name, done, pending] = [newName(), newName(), newName()];
    await put(store, succeeded(running(done)));
    const external = 'https://far.example.com/operations/x';
    const wait = await beginWait(
      store,
      name,
      [done, external, pending],
      {},
      {
        done: [
          { key: done, outcome: 'SUCCEEDED' },
          { key: external, outcome: 'SUCCEEDED', result: { response: PAYLOAD } },
        ],
      },
    );
    expect(await childrenOf(store, wait)).toEqual([
      { key: done, outcome: 'SUCCEEDED' },
      { key: external, outcome: 'SUCCEEDED' },
      { key: pending, outcome: 'PENDING' },
    ]);
    expect(await tallyOf(store, wait)).toEqual({ pending: 1, succeeded: 2, unsuccessful: 0 });
    const listed = await store.listChildren(wait, { from: 0, limit: 3, maxBytes: UNLIMITED_BYTES });
    expect(listed?.[0]?.operation?.response).toBeDefined();
    expect(listed?.[1]?.result).toEqual({ response: PAYLOAD });
    expect(await store.pendingChildren(wait, 10)).toEqual([{ key: pending, exists: false }]);
  });

  it('has the notifications that it took over before those that it takes itself', async () => {
    const { store } = subject();
    const name = newName();
    const wait = await beginWait(
      store,
      name,
      [],
      { notifications: [] },
      {
        taken: [
          { name: 'first', payload: PAYLOAD, time: NOW },
          { name: 'second', time: NOW + 1 },
        ],
      },
    );
    const summary = await store.summary(wait, 0, 0);
    expect(summary?.notifications).toEqual([
      { name: 'first', payload: PAYLOAD, time: NOW },
      { name: 'second', time: NOW + 1 },
    ]);
    const { snapshot } = await store.commit(
      { operation: name, eventId: 'look', kept: true },
      () => undefined,
    );
    expect(snapshot.kept).toEqual([]);
  });
});
