import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { SpawnPart } from '../../shared/orchestrator/ports/spawn-part.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  childrenOf,
  countsOf,
  endWait,
  finish,
  NOW,
  newName,
  put,
  running,
  succeeded,
  waitingFor,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const ANY = { typeUrl: 'type.googleapis.com/acme.Thing', value: new Uint8Array([0, 255, 128]) };

function childOf(parent: OperationName, key: string, input?: Uint8Array): SpawnedChild {
  return {
    name: operationName(`${parent.slice(11)}.${key}`),
    key,
    creation: {
      ...{ method: 'acme.v1.Work', parent, labels: { a: 'ü "b"' }, ttl: 5, deadline: NOW, timeoutMs: 7 },
      ...(input && { input: { typeUrl: 'type.googleapis.com/acme.In', value: input } }),
    },
    metadata: ANY,
  };
}

/** Begins a wait that creates the children, and waits for `others` as well. */
async function spawn(
  store: OperationStore,
  parent: OperationName,
  children: readonly SpawnedChild[],
  others: readonly string[] = [],
) {
  const names = children.map(({ name }) => name);
  const spawnKeys = new Map(children.map(({ name, key }) => [name as string, key]));
  return beginWait(store, parent, [...names, ...others], {}, { spawn: children, spawnKeys });
}

/** All parts, each marked as made after it was read. */
async function makeAll(store: OperationStore, ref: WaitRef): Promise<SpawnPart[]> {
  const parts: SpawnPart[] = [];
  for (;;) {
    const part = await store.nextSpawnPart(ref);
    if (!part) return parts;
    parts.push(part);
    await store.markPartMade(part);
  }
}

async function reservedFor(store: OperationStore, name: OperationName) {
  const reads = { operation: name, eventId: 'look', reservation: true };
  return (await store.commit(reads, () => undefined)).snapshot.reservedFor;
}

onEveryStore('the parts of a wait', (subject) => {
  it('contain the children to create, until they are created', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const children = [childOf(parent, 'one', new Uint8Array([1, 0, 255])), childOf(parent, 'two "ü"')];
    const wait = await spawn(store, parent, children, ['operations/other']);
    const part = await store.nextSpawnPart(wait);
    expect(part).toEqual({ operation: parent, waitId: wait.waitId, part: 0, children });
    expect(await store.nextSpawnPart(wait)).toEqual(part);
    if (part) await store.markPartMade(part);
    expect(await store.nextSpawnPart(wait)).toBeUndefined();
  });

  it('do not exist if the wait creates no child', async () => {
    const { store } = subject();
    const wait = await beginWait(store, newName(), ['operations/other']);
    expect(await store.nextSpawnPart(wait)).toBeUndefined();
    await store.markPartMade({ ...wait, part: 0 });
  });

  it('leave out children that already have an outcome', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const [one, two] = [childOf(parent, 'one'), childOf(parent, 'two')];
    const wait = await spawn(store, parent, [one, two]);
    await finish(store, one.name);
    expect((await store.nextSpawnPart(wait))?.children).toEqual([two]);
  });

  it('keep the order in which the event names the children, and the key of each', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const children = ['z', 'a', 'm'].map((key) => childOf(parent, key));
    const there = childOf(parent, 'there');
    const names = [...children.map(({ name }) => name), there.name, 'https://example.com/x'];
    const spawnKeys = new Map([...children, there].map(({ name, key }) => [name as string, key]));
    const wait = await beginWait(store, parent, names, {}, { spawn: children, spawnKeys });
    const listed = await store.listChildren(wait, { from: 0, limit: 10, maxBytes: 0 });
    expect(listed?.map(({ position, key, spawnKey }) => [position, key, spawnKey])).toEqual([
      [0, children[0]?.name, 'z'],
      [1, children[1]?.name, 'a'],
      [2, children[2]?.name, 'm'],
      [3, there.name, 'there'],
      [4, 'https://example.com/x', undefined],
    ]);
  });

  it('are several if there are many children, and contain each child once', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const children = Array.from({ length: 450 }, (_, index) => childOf(parent, String(index)));
    const wait = await spawn(store, parent, children, ['operations/other']);
    expect(await childrenOf(store, wait, { from: 199, limit: 3 })).toEqual(
      children.slice(199, 202).map(({ name }) => ({ key: name, outcome: 'PENDING' })),
    );
    const parts = await makeAll(store, wait);
    expect(parts.length).toBeGreaterThan(1);
    expect(Math.max(...parts.map((part) => part.children.length))).toBeLessThanOrEqual(250);
    expect(parts.flatMap((part) => part.children)).toEqual(children);
  });

  it('are several if the children are large', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const input = new Uint8Array(400_000).fill(7);
    const children = Array.from({ length: 6 }, (_, index) => childOf(parent, String(index), input));
    const parts = await makeAll(store, await spawn(store, parent, children));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap((part) => part.children)).toEqual(children);
  });

  it('can hold ten thousand children of one wait', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const children = Array.from({ length: 10_000 }, (_, index) => childOf(parent, String(index)));
    const wait = await spawn(store, parent, children);
    expect(await countsOf(store, wait)).toEqual({ PENDING: 10_000 });
    expect((await store.nextSpawnPart(wait))?.children[0]).toEqual(children[0]);
    expect(await childrenOf(store, wait, { from: 9_999 })).toEqual([
      { key: children.at(-1)?.name, outcome: 'PENDING' },
    ]);
  });

  describe('take the names of the children', () => {
    it('until the children are created', async () => {
      const { store } = subject();
      const parent = newName('parent');
      const child = childOf(parent, 'one');
      const other = newName('other');
      const wait = await spawn(store, parent, [child], [other]);
      expect(await reservedFor(store, child.name)).toBe(parent);
      expect(await reservedFor(store, other)).toBeUndefined();
      expect(await reservedFor(store, operationName(`${parent.slice(11)}.on`))).toBeUndefined();
      await makeAll(store, wait);
      expect(await reservedFor(store, child.name)).toBeUndefined();
    });

    it('even after the wait has ended', async () => {
      const { store } = subject();
      const parent = newName('parent');
      const child = childOf(parent, 'one');
      await endWait(store, await spawn(store, parent, [child]));
      expect(await reservedFor(store, child.name)).toBe(parent);
    });

    it('but not after the parent has ended', async () => {
      const { store } = subject();
      const parent = newName('parent');
      const child = childOf(parent, 'one');
      await endWait(store, await spawn(store, parent, [child]));
      await put(store, succeeded(running(parent)));
      expect(await reservedFor(store, child.name)).toBeUndefined();
    });

    it('which a snapshot shows only if it is requested', async () => {
      const { store } = subject();
      const parent = newName('parent');
      const child = childOf(parent, 'one');
      await spawn(store, parent, [child]);
      const { snapshot } = await store.commit({ operation: child.name, eventId: 'e' }, () => undefined);
      expect(snapshot.reservedFor).toBeUndefined();
    });
  });

  it('have children that were deleted as NOT_FOUND from the beginning', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const [gone, there] = [newName('gone'), newName('there')];
    const wait = await beginWait(store, parent, [gone, there], {}, { gone: [gone] });
    expect(await childrenOf(store, wait)).toEqual([
      { key: gone, outcome: 'NOT_FOUND' },
      { key: there, outcome: 'PENDING' },
    ]);
    expect(await countsOf(store, wait)).toEqual({ NOT_FOUND: 1, PENDING: 1 });
    expect(await store.operation(parent)).toEqual(waitingFor(running(parent), wait));
  });
});
