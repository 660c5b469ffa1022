import { expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { isTerminal } from '../../shared/lifecycle/operation.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import type { Change, Commit } from '../../shared/orchestrator/ports/commit.ts';
import {
  beginWait,
  changeOf,
  deleted,
  newName,
  order,
  put,
  running,
  succeeded,
  waitingFor,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

function creations(count: number, parent = newName('parent')): Commit<Change>[] {
  return Array.from({ length: count }, (_, index) => {
    const name = operationName(`${parent.slice(11)}.${index}`);
    const creation = { order: order('1'), value: { method: 'm', parent, labels: {} } };
    return {
      reads: { operation: name, eventId: 'create', parent },
      decide: () =>
        changeOf(running(name, { creation }), 'create', {
          effects: [{ kind: 'signalStart', attempt: 1, send: 1 }],
        }),
    };
  });
}

onEveryStore('several commits', (subject) => {
  it('are committed, each with its own snapshot', async () => {
    const { store } = subject();
    const [there, fresh] = [newName(), newName()];
    await put(store, running(there), {}, 'seen');
    const committed = await store.commitAll([
      { reads: { operation: there, eventId: 'seen' }, decide: () => undefined },
      {
        reads: { operation: fresh, eventId: 'new' },
        decide: () => changeOf(running(fresh), 'new'),
      },
    ] as Commit[]);
    expect(committed.map(({ snapshot }) => [snapshot.operation, snapshot.duplicate])).toEqual([
      [running(there), true],
      [undefined, false],
    ]);
    expect(committed.map(({ change }) => change?.operation.name)).toEqual([undefined, fresh]);
    expect(await store.operation(fresh)).toEqual(running(fresh));
  });

  it('may be empty, or as long as the list of children that a wait creates at once', async () => {
    const { store } = subject();
    expect(await store.commitAll([])).toEqual([]);
    const parent = newName('parent');
    await put(store, running(parent, { childrenStop: { eventId: 'stop' } }));
    const committed = await store.commitAll(creations(250, parent));
    expect(committed).toHaveLength(250);
    for (const { snapshot } of committed) {
      expect(snapshot.parent).toEqual({ state: 'RUNNING', childrenStop: { eventId: 'stop' } });
    }
    const names = committed.map(({ change }) => change.operation.name);
    const found = await store.operations(names);
    expect([...found.keys()].sort()).toEqual([...names].sort());
    expect(await store.outbox(names[249] ?? parent)).toHaveLength(1);
  });

  it('can be larger than one transaction', async () => {
    const { store } = subject();
    const checkpoint = { order: order('1'), value: new Uint8Array(1_000_000).fill(3) };
    const names = Array.from({ length: 24 }, () => newName('large'));
    const committed = await store.commitAll(
      names.map((name) => ({
        reads: { operation: name, eventId: 'e' },
        decide: () => changeOf(running(name, { checkpoint }), 'e'),
      })),
    );
    expect(committed.map(({ change }) => change.operation.name)).toEqual(names);
    const found = await store.operations(names);
    for (const name of names) expect(found.get(name)).toEqual(running(name, { checkpoint }));
  });

  it('end with the first one whose decision throws, and return its error', async () => {
    const { store } = subject();
    const refusal = new Error('no');
    const [first, second, third] = [newName(), newName(), newName()];
    const write = (name: typeof first) => ({
      reads: { operation: name, eventId: 'e' },
      decide: () => changeOf(running(name), 'e'),
    });
    const commits: Commit[] = [
      write(first),
      {
        reads: { operation: second, eventId: 'e' },
        decide: () => {
          throw refusal;
        },
      },
      write(third),
    ];
    await expect(store.commitAll(commits)).rejects.toBe(refusal);
    expect(await store.operation(second)).toBeUndefined();
    expect(await store.operation(third)).toBeUndefined();
  });

  it('that run twice at the same time take effect once', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const once = creations(20, parent).map(
      (commit): Commit => ({
        ...commit,
        decide: (snapshot) => (snapshot.duplicate ? undefined : commit.decide(snapshot)),
      }),
    );
    const [one = [], other = []] = await Promise.all([store.commitAll(once), store.commitAll(once)]);
    const changes = [...one, ...other].filter(({ change }) => change !== undefined);
    expect(changes).toHaveLength(20);
  });
});

onEveryStore('what a commit reads', (subject) => {
  it('reads which operations have the names of new children', async () => {
    const { store } = subject();
    const [whole, bare, gone, free] = [newName('whole'), newName('bare'), newName('gone'), newName('free')];
    const parent = newName('parent');
    const input = { typeUrl: 'type.googleapis.com/acme.In', value: new Uint8Array([1, 0]) };
    const value = { method: 'm', parent, labels: {}, input, dispatch: DEFAULT_DISPATCH };
    await put(store, running(whole, { creation: { order: order('1'), value } }));
    await put(store, running(bare));
    await put(store, deleted(gone));
    const names = [whole, bare, gone, free];
    const { snapshot } = await store.commit({ operation: newName(), eventId: 'e', names }, () => undefined);
    expect(snapshot.nameHolders).toEqual(
      new Map<string, unknown>([
        [whole, { name: whole, deleted: false, creation: { method: 'm', parent, input } }],
        [bare, { name: bare, deleted: false }],
        [gone, { name: gone, deleted: true }],
      ]),
    );
  });

  it('reads the state of the parent, if there is one', async () => {
    const { store } = subject();
    const parent = newName('parent');
    const parentOf = async () => {
      const reads = { operation: newName(), eventId: 'e', parent };
      return (await store.commit(reads, () => undefined)).snapshot.parent;
    };
    expect(await parentOf()).toBeUndefined();
    await beginWait(store, parent, []);
    expect(await parentOf()).toEqual({ state: 'WAITING' });
    await put(store, succeeded(running(parent, { childrenStop: { eventId: 'e' } })));
    expect(await parentOf()).toEqual({ state: 'SUCCEEDED', childrenStop: { eventId: 'e' } });
  });

  it('finds no duplicate if the event has no id', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name), {}, 'e');
    expect((await store.commit({ operation: name }, () => undefined)).snapshot.duplicate).toBe(false);
  });
});

onEveryStore('a commit without a line in the history', (subject) => {
  it('changes the operation, and the lines that follow keep their order', async () => {
    const { store } = subject();
    const name = newName();
    const creation = { order: order('1'), value: { method: 'm', labels: {}, dispatch: DEFAULT_DISPATCH } };
    const metadata = { order: order('2'), value: { typeUrl: 't', value: new Uint8Array(10).fill(1) } };
    const leased = (leaseExpireTime: number) =>
      ({ ...running(name, { creation, metadata }), handover: { kind: 'LEASED', leaseExpireTime } }) as const;
    await put(store, leased(1), {}, 'first');
    await store.commit({ operation: name }, ({ operation }) => {
      if (operation?.state !== 'RUNNING') throw new Error('It is running.');
      const handover = { kind: 'LEASED', leaseExpireTime: 2 } as const;
      return { operation: { ...operation, handover }, effects: [], effectsDue: 0 };
    });
    expect(await store.operation(name)).toEqual(leased(2));
    await put(store, leased(3), {}, 'second');
    expect((await store.history(name, 9)).map(({ eventId }) => eventId)).toEqual(['second', 'first']);
  });

  it('can create the operation', async () => {
    const { store } = subject();
    const name = newName();
    await store.commit({ operation: name }, () => ({ operation: running(name), effects: [], effectsDue: 0 }));
    expect(await store.operation(name)).toEqual(running(name));
    expect(await store.history(name, 9)).toEqual([]);
    const wait = await beginWait(store, name, []);
    expect(await store.operation(name)).toEqual(waitingFor(running(name), wait));
    expect(isTerminal(running(name))).toBe(false);
  });
});
