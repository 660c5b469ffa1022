import { expect, it } from 'vitest';
import { isTerminal } from '../../shared/lifecycle/operation.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { changeOf, failed, NOW, newName, put, running, succeeded } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

onEveryStore('commit', (subject) => {
  it('reads an empty snapshot of an operation that does not exist', async () => {
    const name = newName();
    const { snapshot } = await subject().store.commit({ operation: name, eventId: 'e' }, () => undefined);
    expect(snapshot).toEqual({
      ...{ operation: undefined, duplicate: false, waits: [], moreWaits: false, waiters: new Map() },
      ...{ nameHolders: new Map(), parent: undefined, reservedFor: undefined, kept: [] },
    });
  });

  it('returns and stores the decided change', async () => {
    const { store } = subject();
    const operation = running(newName());
    const change = changeOf(operation, 'e');
    const committed = await store.commit({ operation: operation.name, eventId: 'e' }, () => change);
    expect(committed.change).toBe(change);
    expect(await store.operation(operation.name)).toEqual(operation);
  });

  it('changes nothing if the decision is empty', async () => {
    const { store } = subject();
    const operation = running(newName());
    await put(store, operation, {}, 'first');
    const { change } = await store.commit({ operation: operation.name, eventId: 'e' }, () => undefined);
    expect(change).toBeUndefined();
    expect(await store.operation(operation.name)).toEqual(operation);
    expect(await store.history(operation.name, 10)).toHaveLength(1);
  });

  it('recognizes an event that was applied before', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name), {}, 'seen');
    const duplicate = async (eventId: string, operation = name) => {
      const { snapshot } = await store.commit({ operation, eventId }, () => undefined);
      return snapshot.duplicate;
    };
    expect(await duplicate('seen')).toBe(true);
    expect(await duplicate('unseen')).toBe(false);
    expect(await duplicate('seen', newName())).toBe(false);
  });

  it.each([
    ['an error', new Error('no')],
    ['a failure that looks like one of the store', new Failure('conflict', 'no')],
    ['something else', { code: 10 }],
  ])('passes on %s that is thrown, and leaves nothing', async (_, thrown) => {
    const { store } = subject();
    const name = newName();
    const committing = store.commit({ operation: name, eventId: 'e' }, () => {
      throw thrown;
    });
    await expect(committing).rejects.toBe(thrown);
    expect(await store.operation(name)).toBeUndefined();
    await put(store, running(name), {}, 'e');
    expect(await store.history(name, 10)).toHaveLength(1);
  });

  it('serializes concurrent writers of one operation', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name, { updateTime: 0 }));
    const count = async (eventId: string) => {
      await store.commit({ operation: name, eventId }, ({ operation }) =>
        changeOf(running(name, { updateTime: (operation?.updateTime ?? 0) + 1 }), eventId),
      );
    };
    await Promise.all(Array.from({ length: 24 }, (_, writer) => count(`event-${writer}`)));
    expect((await store.operation(name))?.updateTime).toBe(24);
    expect(await store.history(name, 100)).toHaveLength(25);
  });

  it('applies an event once if it arrives many times at the same time', async () => {
    const { store } = subject();
    const name = newName();
    const deliveries = Array.from({ length: 8 }, () =>
      store.commit({ operation: name, eventId: 'same' }, ({ duplicate }) =>
        duplicate ? undefined : changeOf(running(name), 'same'),
      ),
    );
    const applied = (await Promise.all(deliveries)).filter(({ change }) => change !== undefined);
    expect(applied).toHaveLength(1);
    expect(await store.history(name, 10)).toHaveLength(1);
  });

  it('keeps the first of two terminal events', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, running(name));
    const end = (eventId: string, terminal: typeof succeeded | typeof failed) =>
      store.commit({ operation: name, eventId }, ({ operation }) =>
        operation && isTerminal(operation) ? undefined : changeOf(terminal(running(name)), eventId),
      );
    const ends = await Promise.all([end('succeeded', succeeded), end('failed', failed)]);
    const [winner, ...others] = ends.flatMap(({ change }) => change ?? []);
    expect(others).toEqual([]);
    expect(await store.operation(name)).toEqual(winner?.operation);
  });

  it('keeps concurrent writes of different operations apart', async () => {
    const { store } = subject();
    const names = Array.from({ length: 20 }, (_, index) => newName(`apart-${index}`));
    await Promise.all(names.map((name, index) => put(store, running(name, { updateTime: NOW + index }))));
    const found = await Promise.all(names.map((name) => store.operation(name)));
    expect(found.map((operation) => operation?.updateTime)).toEqual(names.map((_, index) => NOW + index));
  });

  it('rolls back a write that fails, and does not affect other writes', async () => {
    const { store } = subject();
    const [bad, good] = [newName('bad'), newName('good')];
    await put(store, running(bad), {}, 'event');
    // The event is in the history already: this caller did not look.
    const twice = put(store, running(bad, { updateTime: 5 }), {}, 'event');
    const other = put(store, running(good));
    await expect(twice).rejects.toMatchObject({ name: 'Failure', kind: 'permanent' });
    await other;
    expect(await store.operation(good)).toEqual(running(good));
    expect(await store.operation(bad)).toEqual(running(bad));
  });

  it('replaces all fields of the operation', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, failed(running(name)));
    await put(store, running(name));
    expect(await store.operation(name)).toEqual(running(name));
  });
});
