import { expect, it } from 'vitest';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import type { AnyValue } from '../../shared/lifecycle/result.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  changeOf,
  deleted,
  entry,
  failed,
  NOW,
  newName,
  order,
  put,
  running,
  succeeded,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

/** Long enough to be found in base64, whatever stands before it. */
const MARKER = 'the-secret-of-the-customer';

function secret(where: string): AnyValue {
  return { typeUrl: 'type.googleapis.com/acme.Thing', value: Buffer.from(`${MARKER} ${where}`) };
}

const NOT_ERASED = { external: 'https://jobs.example.com/v1/operations/x' };

/** An operation with the marker in everything that a store keeps, and its child and its parent. */
async function fill(store: OperationStore, name: OperationName, parent: OperationName) {
  const creation = {
    order: order('1'),
    value: { method: 'acme.v1.Pay', parent, labels: { customer: MARKER }, input: secret('input') },
  };
  const known = running(name, {
    creation,
    metadata: { order: order('2'), value: secret('metadata') },
    checkpoint: { order: order('3'), value: Buffer.from(`${MARKER} checkpoint`) },
    resumePoint: { order: order('4'), value: `${MARKER} point` },
    attempts: [{ number: 1, startTime: NOW, worker: `${MARKER} worker` }],
  });
  await put(store, known);
  await notify(store, name, 'taken');
  const wait = await beginWait(store, name, [newName('made'), NOT_ERASED.external], {
    externals: [
      { name: 'operations/x', endpoint: 'https://jobs.example.com/v1', audience: 'https://jobs.example.com' },
    ],
    resumeMethod: `https://jobs.example.com/${MARKER}`,
  });
  await store.recordOutcomes(wait, [
    { key: NOT_ERASED.external, outcome: 'SUCCEEDED', result: { response: secret('result') } },
  ]);
  const spawned = spawnOf(name, 'made', 'spawn');
  await beginWait(store, name, [...spawned.spawnKeys.keys()], { waitId: 'wait-2' }, spawned);
  await notify(store, name, 'kept');
  const rejected = entry('rejected', {
    outcome: 'REJECTED',
    rejection: { type: 'progressed', field: 'metadata', reason: MARKER },
  });
  await store.commit({ operation: name, eventId: 'rejected' }, ({ operation }) => ({
    ...changeOf(operation ?? known, 'rejected'),
    history: rejected,
  }));
  await put(store, succeeded({ ...known, keptNotifications: 1 }), {
    effects: [{ kind: 'signalCancel', cause: MARKER }],
  });
}

async function notify(store: OperationStore, operation: OperationName, name: string) {
  await store.commit({ operation, eventId: name }, ({ operation: found = running(operation) }) => ({
    ...changeOf(found, name),
    notified: { name, payload: secret(name) },
  }));
}

function spawnOf(parent: OperationName, key: string, where: string) {
  const child: SpawnedChild = {
    ...{ name: operationName(`${parent.slice('operations/'.length)}.${key}`), key },
    creation: { method: 'acme.v1.Work', parent, labels: {}, input: secret(where) },
    metadata: secret(where),
  };
  return { spawn: [child], spawnKeys: new Map([[child.name as string, key]]) };
}

/** Whether the marker is there, as text or in base64, where its bits begin at one of three places. */
function holdsMarker(bytes: Buffer): boolean {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(MARKER)])
      .toString('base64')
      .slice(4, 28),
  );
  return [MARKER, ...shifted].some((text) => bytes.includes(text));
}

onEveryStore('erase', (subject) => {
  it('removes every record of a deleted operation, and leaves the marker', async () => {
    const { store } = subject();
    const [name, other] = [newName('erased'), newName('other')];
    await fill(store, name, newName('parent'));
    await fill(store, other, newName('parent'));
    await put(store, deleted(name));
    await store.data.erase(name);
    const { attempts: _, ...marker } = deleted(name);
    expect(await store.operation(name)).toMatchObject(marker);
    expect(await store.history(name, 10)).toEqual([]);
    expect(await store.waits(name, 0, 10)).toEqual([]);
    expect(await store.outbox(name)).toEqual([]);
    expect(await store.data.notifications(name, -1e9, 10)).toEqual([]);
    expect(await store.data.spawnParts({ operation: name, waitId: 'wait-2' }, -1, 10)).toEqual([]);
    expect(await store.listChildren({ operation: name, waitId: 'wait-1' }, PAGE)).toBeUndefined();
    expect(await store.operation(other)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await store.data.history(other, 0, 10)).not.toEqual([]);
    expect(await store.data.notifications(other, -1e9, 10)).toHaveLength(2);
    expect(await store.data.spawnParts({ operation: other, waitId: 'wait-2' }, -1, 10)).toHaveLength(1);
    await put(store, deleted(other));
    await store.data.erase(other);
  });

  it('keeps the operation deleted: a late event does not create it again', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, deleted(name));
    await store.data.erase(name);
    const { snapshot } = await store.commit({ operation: name, eventId: 'late' }, ({ operation }) =>
      changeOf(operation ?? running(name), 'late'),
    );
    expect(snapshot.operation?.state).toBe('DELETED');
    await store.data.erase(name);
    expect(await store.history(name, 10)).toEqual([]);
  });

  it('does nothing if there is no operation, and refuses one that is not deleted', async () => {
    const { store } = subject();
    const name = newName();
    await store.data.erase(name);
    await put(store, failed(running(name)));
    await expect(store.data.erase(name)).rejects.toMatchObject({ kind: 'precondition' });
    expect(await store.history(name, 10)).toHaveLength(1);
  });

  it('removes more records than one transaction holds', async () => {
    const { store } = subject();
    const name = newName();
    const children = Array.from({ length: 4_500 }, (_, index) => operationName(`${name.slice(11)}-${index}`));
    await beginWait(store, name, children);
    await put(store, deleted(name));
    await store.data.erase(name);
    expect(await store.waits(name, 0, 1)).toEqual([]);
    expect(await store.history(name, 1)).toEqual([]);
  });

  it('forgets what the parent keeps for the creation of the child, and of no other child', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const [one, two] = [spawnOf(parent, 'one', '1'), spawnOf(parent, 'two', '2')];
    const spawn = [...one.spawn, ...two.spawn];
    const names = spawn.map((child) => child.name);
    const spawnKeys = new Map([...one.spawnKeys, ...two.spawnKeys]);
    const wait = await beginWait(store, parent, names, {}, { spawn, spawnKeys });
    await store.data.forgetSpawned(parent, names[0] as OperationName);
    const [part] = await store.data.spawnParts(wait, -1, 10);
    expect(part?.children).toEqual(two.spawn);
    expect(await store.nextSpawnPart(wait)).toEqual(part);
    const keys = (await store.listChildren(wait, PAGE))?.map(({ key }) => key);
    expect(keys).toEqual(names);
    await store.data.forgetSpawned(parent, names[1] as OperationName);
    await put(store, deleted(parent));
    await store.data.erase(parent);
  });

  it('leaves none of the bytes of the payloads behind', async () => {
    const { store, bytes } = subject();
    if (!bytes) return;
    const name = newName();
    const parent = newName('parent');
    const spawned = { ...spawnOf(parent, 'x', 'in the parent').spawn[0], name } as SpawnedChild;
    const rest = { spawn: [spawned], spawnKeys: new Map([[name as string, 'x']]) };
    const wait = await beginWait(store, parent, [name], {}, rest);
    await fill(store, name, parent);
    expect(holdsMarker(await bytes())).toBe(true);
    await store.data.forgetSpawned(parent, name);
    await put(store, deleted(name));
    await store.data.erase(name);
    expect(holdsMarker(await bytes())).toBe(false);
    expect((await store.listChildren(wait, PAGE))?.map(({ key }) => key)).toEqual([name]);
  });
});

const PAGE = { from: 0, limit: 10, maxBytes: 1_000_000 };
