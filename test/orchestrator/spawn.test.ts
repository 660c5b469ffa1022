/** Children that a wait creates: all or none, whatever fails in between. */
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import { anyFromJson } from '../../shared/messages/json.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, waiting } from './harness.ts';

const PARENT: OperationName = 'operations/p';
const COUNT = 600;

const child = (id: string, method = 'm'): SpawnedChild => ({
  name: `operations/${id}`,
  key: id,
  creation: { method, parent: PARENT, labels: {} },
});
const CHILDREN = Array.from({ length: COUNT }, (_, index) => child(`p.${index}`));

function spawning(now: number, spawn: readonly SpawnedChild[] = CHILDREN, terms = {}): WorkerEvent {
  const event = waiting(now, [], terms) as Extract<WorkerEvent, { type: 'waiting' }>;
  return { ...event, spawn, terms: { ...event.terms, childCount: spawn.length } };
}

/** A store whose calls fail at one of them: before it has done anything, or after it has. */
function failingAt(store: OperationStore, call: number, when: 'before' | 'after') {
  let calls = 0;
  const proxy = new Proxy(store, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver) as (...args: unknown[]) => Promise<unknown>;
      if (typeof method !== 'function' || name === 'close') return method;
      return async (...args: unknown[]) => {
        const fails = calls++ === call;
        if (fails && when === 'before') throw new Failure('unavailable', 'the store is away');
        const result = await method.apply(target, args);
        if (fails) throw new Failure('unavailable', 'the answer is lost');
        return result;
      };
    },
  });
  return { store: proxy, calls: () => calls };
}

describe('spawn', () => {
  it('makes every child once, in the order of the event, whichever call of the store fails', async () => {
    let points = 0;
    for (const when of ['before', 'after'] as const) {
      for (let call = 0; ; call++) {
        const real = await openSqliteStore({ now: () => 0 });
        const failing = failingAt(real, call, when);
        const harness = new Harness(failing.store);
        const event = harness.event(PARENT, spawning(harness.now), 'wait');
        let failed = false;
        await applyEvent(harness.orchestrator, event).catch(() => {
          failed = true;
        });
        if (failed) {
          points++;
          harness.now += 3_600_000;
          for (let repeat = 0; repeat < 3; repeat++) {
            await applyEvent(harness.orchestrator, event).catch(() => undefined);
            await sweep(harness.orchestrator);
          }
        }
        const children = await real.activeChildren(PARENT, 2 * COUNT);
        expect(children, `${when} call ${call}`).toHaveLength(COUNT);
        const [listed] =
          (await real.listChildren(
            { operation: PARENT, waitId: 'wait' },
            { from: 0, limit: 1, maxBytes: 1 },
          )) ?? [];
        expect(listed).toMatchObject({ position: 0, key: 'operations/p.0', spawnKey: 'p.0' });
        const done = failing.calls() <= call;
        await real.close();
        if (done) break;
      }
    }
    expect(points).toBeGreaterThan(10);
  });

  it('leaves the signal of one child in the outbox if it fails, and removes those of the others together', async () => {
    const store = await openSqliteStore({ now: () => 0 });
    let removals = 0;
    const removeEffects: OperationStore['removeEffects'] = (...args) => {
      removals++;
      return store.removeEffects(...args);
    };
    const harness = new Harness({ ...store, removeEffects });
    let signals = 0;
    harness.fault = (what) => {
      if (what === 'signal' && ++signals === 3) throw new Failure('unavailable', 'the bus is away');
    };
    const children = Array.from({ length: 5 }, (_, index) => {
      const { creation, ...rest } = child(`p.${index}`);
      return { ...rest, creation: { ...creation, dispatch: DEFAULT_DISPATCH } };
    });
    const event = harness.event(PARENT, spawning(harness.now, children), 'wait');
    await expect(applyEvent(harness.orchestrator, event)).rejects.toThrow(Failure);
    const left = await harness.outbox();
    expect(left.filter(({ effect }) => effect.kind === 'signalStart')).toMatchObject([
      { operation: 'operations/p.2', attempts: 1 },
    ]);
    expect(removals).toBeLessThan(children.length);
    harness.now += 3_600_000;
    await sweep(harness.orchestrator);
    const started = harness.signals.filter(({ kind }) => kind === 'START').map(({ operation }) => operation);
    expect(new Set(started)).toEqual(new Set(children.map(({ name }) => name)));
    await store.close();
  });

  it('reserves the names in the commit of the wait: no other created can take one, even before the child exists', async () => {
    const harness = await Harness.open();
    await harness.apply(PARENT, spawning(harness.now, [child('p.a')]), 'wait');
    await expect(
      harness.apply('operations/p.a', { type: 'created', creation: { method: 'other', labels: {} } }),
    ).resolves.toMatchObject({ kind: 'applied' });
    expect(await harness.store.operation('operations/p.a')).toMatchObject({
      creation: { value: { method: 'm', parent: PARENT } },
    });
  });

  it.each<[string, (harness: Harness) => Promise<unknown>]>([
    ['another operation', (harness) => harness.create('operations/p.b')],
    [
      'a child with another method',
      (harness) =>
        harness.apply('operations/p.b', {
          type: 'created',
          creation: { method: 'other', parent: PARENT, labels: {} },
        }),
    ],
  ])(
    'fails the parent with ALREADY_EXISTS, and creates nothing, if a name belongs to %s',
    async (_, prepare) => {
      const harness = await Harness.open();
      await prepare(harness);
      await harness.apply(PARENT, spawning(harness.now, [child('p.a'), child('p.b')]), 'wait');
      expect(await harness.store.operation(PARENT)).toMatchObject({ state: 'FAILED', error: { code: 6 } });
      expect(await harness.store.operation('operations/p.a')).toBeUndefined();
    },
  );

  it('waits for a child that exists already, even if it has ended', async () => {
    const harness = await Harness.open();
    await harness.create('operations/p.a', PARENT);
    await harness.succeed('operations/p.a');
    await harness.apply(PARENT, spawning(harness.now, [child('p.a')]), 'wait');
    expect(harness.resumes(PARENT)).toMatchObject([{ children: { counts: { SUCCEEDED: 1 } } }]);
  });

  it('waits for a child that exists already and whose input is the same, with its fields in another order', async () => {
    const harness = await Harness.open();
    const withInput = (value: object): SpawnedChild => ({
      ...child('p.a'),
      creation: {
        method: 'm',
        parent: PARENT,
        labels: {},
        input: anyFromJson(
          { '@type': 'type.googleapis.com/google.protobuf.Struct', value: value as never },
          'input',
        ),
      },
    });
    await harness.apply(PARENT, spawning(harness.now, [withInput({ page: 1, size: 2 })]), 'wait-1');
    await harness.succeed('operations/p.a');
    await harness.apply(PARENT, spawning(harness.now, [withInput({ size: 2, page: 1 })]), 'wait-2');
    expect(harness.resumes(PARENT)).toHaveLength(2);
    await harness.apply(PARENT, spawning(harness.now, [withInput({ size: 3, page: 1 })]), 'wait-3');
    expect(await harness.store.operation(PARENT)).toMatchObject({ state: 'FAILED', error: { code: 6 } });
  });

  it('lets an operation that only events have made become the child', async () => {
    const harness = await Harness.open();
    await harness.apply('operations/p.a', { type: 'progressed', metadata: undefined });
    await harness.apply(PARENT, spawning(harness.now, [child('p.a')]), 'wait');
    expect(await harness.store.operation('operations/p.a')).toMatchObject({
      creation: { value: { method: 'm', parent: PARENT } },
    });
  });

  it('makes no child if a cancel ends the wait at once', async () => {
    const harness = await Harness.open();
    await harness.create(PARENT);
    await harness.apply(PARENT, { type: 'cancelRequested', cascade: true });
    await harness.apply(PARENT, spawning(harness.now, [child('p.a')]), 'wait');
    expect(await harness.store.operation('operations/p.a')).toBeUndefined();
    expect(harness.resumes(PARENT)).toMatchObject([{ cause: 'CANCEL' }]);
  });

  it('asks the children that still run to stop with cancelRest', async () => {
    const harness = await Harness.open();
    const terms = { policy: { kind: 'ANY_DONE' } as const, cancelRest: true };
    await harness.apply(PARENT, spawning(harness.now, [child('p.a'), child('p.b')], terms), 'wait');
    await harness.succeed('operations/p.a');
    expect(harness.signals.filter(({ kind }) => kind === 'CANCEL').map(({ operation }) => operation)).toEqual(
      ['operations/p.b'],
    );
  });
});

describe('a notification', () => {
  it('is kept until a wait takes it, and each is taken by one wait', async () => {
    const harness = await Harness.open();
    await harness.create(PARENT);
    const notified = (payload: number) =>
      harness.apply(PARENT, {
        type: 'notified',
        name: 'ok',
        payload: { typeUrl: 'x/y', value: Buffer.of(payload) },
      });
    await notified(1);
    const terms = { childCount: 0, notifications: ['ok'] };
    await harness.wait(PARENT, [], terms, 'first');
    expect(harness.resumes(PARENT)).toMatchObject([
      { cause: 'NOTIFICATION', notifications: [{ name: 'ok', payload: { value: Buffer.of(1) } }] },
    ]);
    await harness.wait(PARENT, [], terms, 'second');
    expect(harness.resumes(PARENT)).toHaveLength(1);
    await notified(2);
    expect(harness.resumes(PARENT)[1]).toMatchObject({
      cause: 'NOTIFICATION',
      notifications: [{ payload: { value: Buffer.of(2) } }],
    });
  });

  it('or a deadline ends the wait, whichever comes first', async () => {
    const harness = await Harness.open();
    await harness.create(PARENT);
    await harness.wait(
      PARENT,
      [],
      { childCount: 0, notifications: ['ok'], deadline: harness.now + 3_000 },
      'w',
    );
    harness.now += 3_000;
    await sweep(harness.orchestrator);
    expect(harness.resumes(PARENT)).toMatchObject([{ cause: 'DEADLINE', notifications: [] }]);
  });

  it('counts for the policy beside children', async () => {
    const harness = await Harness.open();
    const terms = { policy: { kind: 'QUORUM_SUCCEEDED', quorum: 2 } as const, notifications: ['ok'] };
    await harness.wait(PARENT, ['operations/a', 'operations/b'], terms, 'w');
    await harness.create('operations/a');
    await harness.succeed('operations/a');
    expect(harness.resumes(PARENT)).toHaveLength(0);
    await harness.apply(PARENT, { type: 'notified', name: 'ok' });
    expect(harness.resumes(PARENT)).toMatchObject([{ cause: 'CHILDREN' }]);
  });
});
