import { describe, expect, it } from 'vitest';
import type { Waiters } from '../../shared/lifecycle/cycle.ts';
import { findCycle } from '../../shared/lifecycle/cycle.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  begun,
  changeOf,
  childrenOf,
  countsOf,
  endWait,
  finish,
  NOW,
  newName,
  openWait,
  put,
  running,
  tallyOf,
  waitingFor,
  waitsOf,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const refOf = ({ operation, waitId }: WaitRef): WaitRef => ({ operation, waitId });

async function waitsFor(store: OperationStore, child: OperationName): Promise<readonly WaitRef[]> {
  const reads = { operation: child, eventId: 'look', waits: true };
  return (await store.commit(reads, () => undefined)).snapshot.waits;
}

async function waitersOf(store: OperationStore, name: OperationName): Promise<Waiters> {
  const reads = { operation: name, eventId: 'look', waiters: true };
  return (await store.commit(reads, () => undefined)).snapshot.waiters;
}

/** Begins a wait unless it would make a cycle; the cycle. */
async function beginUnlessCycle(store: OperationStore, name: OperationName, child: OperationName) {
  const wait = openWait(name, 1);
  let cycle: readonly OperationName[] | undefined;
  await store.commit({ operation: name, eventId: wait.waitId, waiters: true }, ({ waiters }) => {
    cycle = findCycle(name, [child], waiters);
    if (cycle) return undefined;
    const change = { begun: begun(wait, [child]) };
    return changeOf(waitingFor(running(name), wait), wait.waitId, change);
  });
  return cycle;
}

onEveryStore('waits', (subject) => {
  it('shows a child the open waits that it is pending in', async () => {
    const { store } = subject();
    const child = newName();
    const one = await beginWait(store, newName(), [child, newName()]);
    const two = await beginWait(store, newName(), [child]);
    const found = await waitsFor(store, child);
    expect(new Set(found.map(({ operation }) => operation))).toEqual(new Set([one.operation, two.operation]));
    expect(found).toContainEqual(refOf(one));
  });

  it('omits waits that have ended, and waits in which the child has an outcome', async () => {
    const { store } = subject();
    const child = newName();
    const over = await beginWait(store, newName(), [child]);
    await endWait(store, over);
    const done = await beginWait(store, newName(), [child]);
    await store.recordOutcomes(done, [{ key: child, outcome: 'NOT_FOUND' }]);
    expect(await waitsFor(store, child)).toEqual([]);
    expect(await waitersOf(store, child)).toEqual(new Map());
  });

  it('reads waits and waiters only if they are requested', async () => {
    const { store } = subject();
    const child = newName();
    await beginWait(store, newName(), [child]);
    const { snapshot } = await store.commit({ operation: child, eventId: 'e' }, () => undefined);
    expect(snapshot).toMatchObject({ waits: [], waiters: new Map() });
  });

  it('never takes an external operation for one of this deployment', async () => {
    const { store } = subject();
    const child = newName();
    await beginWait(store, newName(), [`https://example.com/${child}`]);
    expect(await waitsFor(store, child)).toEqual([]);
  });

  it('reads the operations that wait for an operation, directly or through others', async () => {
    const { store } = subject();
    const [top, middle, side, bottom] = [newName('top'), newName('mid'), newName('side'), newName('bottom')];
    await beginWait(store, middle, [bottom]);
    await beginWait(store, side, [bottom, newName()]);
    await beginWait(store, top, [middle, side]);
    const waiters = await waitersOf(store, bottom);
    expect([...waiters.keys()].sort()).toEqual([middle, side, top].sort());
    expect(waiters.get(middle)).toBe(bottom);
    expect([middle, side]).toContain(waiters.get(top));
    expect(await waitersOf(store, top)).toEqual(new Map());
  });

  it('prevents two operations from waiting for each other if both begin at the same time', async () => {
    const { store } = subject();
    const [one, other] = [newName('one'), newName('other')];
    const cycles = await Promise.all([
      beginUnlessCycle(store, one, other),
      beginUnlessCycle(store, other, one),
    ]);
    expect(cycles.filter((cycle) => cycle !== undefined)).toHaveLength(1);
  });

  it('prevents a cycle of six operations if all begin to wait at the same time', async () => {
    const { store } = subject();
    const ring = Array.from({ length: 6 }, (_, index) => newName(`ring-${index}`));
    const cycles = await Promise.all(
      ring.map((name, index) => beginUnlessCycle(store, name, ring[(index + 1) % 6] ?? name)),
    );
    const [cycle, ...others] = cycles.filter((found) => found !== undefined);
    expect(others).toEqual([]);
    expect(cycle).toHaveLength(7);
  });

  it('gives the waits of an operation in the order in which they began', async () => {
    const { store } = subject();
    const name = newName();
    const ids = ['z', 'a', 'm'];
    for (const waitId of ids) {
      const wait = await beginWait(store, name, [], { waitId });
      if (waitId !== 'm') await endWait(store, wait);
    }
    const waits = await waitsOf(store, name);
    expect(waits.map(({ waitId }) => waitId)).toEqual(ids);
    expect(waits.map(({ end }) => end !== undefined)).toEqual([true, true, false]);
  });

  it('ends one wait and begins the next in one commit', async () => {
    const { store } = subject();
    const name = newName();
    const first = await beginWait(store, name, [newName()], { waitId: 'first' });
    const second = openWait(name, 0, { waitId: 'second' });
    const end = { kind: 'ABANDONED', reason: 'SUPERSEDED', time: NOW } as const;
    await put(store, waitingFor(running(name), second), {
      begun: begun(second, []),
      ended: { ...first, end },
    });
    expect(await waitsOf(store, name)).toEqual([{ ...first, end }, second]);
    expect(await store.operation(name)).toEqual(waitingFor(running(name), second));
  });

  it('stores a wait that has ended when it begins', async () => {
    const { store } = subject();
    const [name, child] = [newName(), newName()];
    const end = { kind: 'RESUMED', cause: 'CANCEL', by: 'cancel', time: NOW } as const;
    const wait = { ...openWait(name, 1), end };
    await put(store, running(name), { begun: begun(wait, [child]) });
    expect(await store.wait(wait)).toEqual(wait);
    expect(await waitsFor(store, child)).toEqual([]);
    expect(await childrenOf(store, wait)).toEqual([{ key: child, outcome: 'PENDING' }]);
  });

  describe('a child that ends', () => {
    it('after its parent began to wait gives the wait its outcome', async () => {
      const { store } = subject();
      const child = newName();
      const wait = await beginWait(store, newName(), [child]);
      expect((await finish(store, child)).waits).toEqual([refOf(wait)]);
      expect(await childrenOf(store, wait)).toEqual([{ key: child, outcome: 'SUCCEEDED' }]);
    });

    it('before its parent began to wait is found by the parent', async () => {
      const { store } = subject();
      const child = newName();
      expect((await finish(store, child, 'FAILED')).waits).toEqual([]);
      const wait = await beginWait(store, newName(), [child]);
      await store.catchUpChildren(wait);
      expect(await childrenOf(store, wait)).toEqual([{ key: child, outcome: 'FAILED' }]);
    });

    it('while its parent begins to wait gives the wait its outcome', async () => {
      const { store } = subject();
      const parent = newName();
      const children = Array.from({ length: 16 }, (_, index) => newName(`race-${index}`));
      const ends = children.map((child) => finish(store, child));
      const wait = await beginWait(store, parent, children);
      await store.catchUpChildren(wait);
      await Promise.all(ends);
      expect(await tallyOf(store, wait)).toEqual({ pending: 0, succeeded: 16, unsuccessful: 0 });
    });

    it('together with many others loses no outcome', async () => {
      const { store } = subject();
      const children = Array.from({ length: 24 }, (_, index) => newName(`many-${index}`));
      const wait = await beginWait(store, newName(), children);
      await Promise.all(
        children.map((child, index) => finish(store, child, index % 3 === 0 ? 'FAILED' : 'SUCCEEDED')),
      );
      expect(await countsOf(store, wait)).toEqual({ SUCCEEDED: 16, FAILED: 8 });
    });

    it('ends in every wait of its several parents', async () => {
      const { store } = subject();
      const child = newName();
      const waits = await Promise.all([1, 2, 3].map(() => beginWait(store, newName(), [child])));
      expect((await finish(store, child)).waits).toHaveLength(3);
      for (const wait of waits) expect(await countsOf(store, wait)).toEqual({ SUCCEEDED: 1 });
    });
  });

  describe('the execution of a wait', () => {
    it('is stored, and replaced by a newer one', async () => {
      const { store } = subject();
      const wait = await beginWait(store, newName(), []);
      expect(await store.recordLaunch(wait, { execution: 'one' })).toEqual({ ...wait, execution: 'one' });
      expect(await store.recordLaunch(wait, { execution: 'two' })).toEqual({ ...wait, execution: 'two' });
      expect(await store.wait(wait)).toEqual({ ...wait, execution: 'two' });
    });

    it('is stored for a wait that has ended, and the ended wait is returned', async () => {
      const { store } = subject();
      const over = await endWait(store, await beginWait(store, newName(), []));
      expect(await store.recordLaunch(over, { execution: 'late' })).toEqual({ ...over, execution: 'late' });
    });

    it('is not stored if the wait does not exist', async () => {
      const { store } = subject();
      expect(
        await store.recordLaunch({ operation: newName(), waitId: 'w' }, { execution: 'late' }),
      ).toBeUndefined();
      const name = newName();
      await put(store, running(name));
      expect(
        await store.recordLaunch({ operation: name, waitId: 'w' }, { execution: 'late' }),
      ).toBeUndefined();
    });

    it('stays when the wait ends', async () => {
      const { store } = subject();
      const wait = await beginWait(store, newName(), []);
      const launched = { ...wait, execution: 'run' };
      await store.recordLaunch(wait, { execution: 'run' });
      const over = await endWait(store, launched);
      expect(await store.wait(wait)).toEqual(over);
    });
  });
});
