import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { Handover } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { DueOperation } from '../../shared/orchestrator/ports/due-work.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  changeOf,
  endWait,
  newName,
  openWait,
  order,
  put,
  running,
  succeeded,
  waitingFor,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

/** The cases share a store: each has times of its own, far before all others. */
let before = 1_000_000_000;
function newTime(): number {
  before += 1_000_000;
  return before;
}

function dispatched(name: OperationName, handover: Handover) {
  const creation = { order: order('1'), value: { method: 'm', labels: {}, dispatch: DEFAULT_DISPATCH } };
  return { ...running(name, { creation }), handover };
}

async function dueAt(
  store: OperationStore,
  now: number,
  name: OperationName,
): Promise<DueOperation | undefined> {
  return (await store.dueOperations(now, 10_000)).find((due) => due.name === name);
}

onEveryStore('due operations', (subject) => {
  it('are listed once their time has come, the longest overdue first', async () => {
    const { store } = subject();
    const time = newTime();
    const [late, later, next] = [newName('late'), newName('later'), newName('next')];
    await put(store, dispatched(late, { kind: 'BACKOFF', retryTime: time + 1 }));
    await put(store, dispatched(later, { kind: 'LEASED', leaseExpireTime: time + 5 }));
    await put(store, dispatched(next, { kind: 'OFFERED', sends: 1, resendTime: time + 9 }));
    const ours = async (now: number) =>
      (await store.dueOperations(now, 10_000)).filter(({ name }) => [late, later, next].includes(name));
    expect(await ours(time)).toEqual([]);
    expect(await ours(time + 5)).toEqual([
      { name: late, method: 'm', dueTime: time + 1 },
      { name: later, method: 'm', dueTime: time + 5 },
    ]);
    expect(await ours(time + 9)).toHaveLength(3);
  });

  it('are limited to the longest overdue ones', async () => {
    const { store } = subject();
    // Before those of every other case.
    const names = Array.from({ length: 5 }, (_, index) => newName(`early-${index}`));
    for (const [index, name] of names.entries()) {
      await put(store, dispatched(name, { kind: 'BACKOFF', retryTime: 1_000 + index }));
    }
    const due = await store.dueOperations(2_000, 3);
    expect(due.map(({ name }) => name)).toEqual(names.slice(0, 3));
    for (const name of names) await put(store, succeeded(running(name)));
  });

  it('include a wait whose deadline or next look has come, unless it has ended', async () => {
    const { store } = subject();
    const time = newTime();
    const begin = (deadline: number, lookTime?: number) => {
      const wait = openWait(newName(), 0, { deadline });
      return put(store, waitingFor(running(wait.operation), wait, lookTime), {
        begun: { wait, childKeys: [], spawnKeys: new Map(), spawn: [], gone: [] },
      }).then(() => wait);
    };
    const [byDeadline, byLook, over] = [
      await begin(time + 2),
      await begin(time + 9, time + 3),
      await begin(time),
    ];
    await endWait(store, over);
    expect((await dueAt(store, time + 9, byDeadline.operation))?.dueTime).toBe(time + 2);
    expect((await dueAt(store, time + 9, byLook.operation))?.dueTime).toBe(time + 3);
    expect(await dueAt(store, time + 9, over.operation)).toBeUndefined();
  });

  it('include no operation that has ended', async () => {
    const { store } = subject();
    const time = newTime();
    const name = newName();
    await put(store, dispatched(name, { kind: 'BACKOFF', retryTime: time }));
    await put(store, succeeded(running(name)));
    expect(await dueAt(store, time + 1, name)).toBeUndefined();
  });

  describe('that are postponed', () => {
    it('are due at the later time, and otherwise unchanged', async () => {
      const { store } = subject();
      const time = newTime();
      const operation = dispatched(newName(), { kind: 'LEASED', leaseExpireTime: time });
      await put(store, operation);
      const due = await dueAt(store, time, operation.name);
      if (due) await store.postponeDue(due, time + 50);
      expect(await dueAt(store, time + 49, operation.name)).toBeUndefined();
      expect((await dueAt(store, time + 50, operation.name))?.dueTime).toBe(time + 50);
      expect(await store.operation(operation.name)).toEqual(operation);
    });

    it('are not postponed if the operation changed meanwhile', async () => {
      const { store } = subject();
      const time = newTime();
      const name = newName();
      await put(store, dispatched(name, { kind: 'LEASED', leaseExpireTime: time }));
      const due = await dueAt(store, time, name);
      await put(store, dispatched(name, { kind: 'LEASED', leaseExpireTime: time + 7 }));
      if (due) await store.postponeDue(due, time + 500);
      expect((await dueAt(store, time + 7, name))?.dueTime).toBe(time + 7);
    });

    it('are due at the time of the next event', async () => {
      const { store } = subject();
      const time = newTime();
      const name = newName();
      await put(store, dispatched(name, { kind: 'LEASED', leaseExpireTime: time }));
      const due = await dueAt(store, time, name);
      if (due) await store.postponeDue(due, time + 500);
      await put(store, dispatched(name, { kind: 'LEASED', leaseExpireTime: time }));
      expect((await dueAt(store, time, name))?.dueTime).toBe(time);
    });
  });

  describe('the next look at a wait', () => {
    it('is postponed without any other change of the operation', async () => {
      const { store } = subject();
      const time = newTime();
      const wait = await beginWait(store, newName(), [], { deadline: time + 900 });
      await store.postponeLook(wait, time + 30);
      expect(await store.operation(wait.operation)).toEqual(
        waitingFor(running(wait.operation), wait, time + 30),
      );
      expect((await dueAt(store, time + 30, wait.operation))?.dueTime).toBe(time + 30);
      await store.postponeLook(wait, time + 40);
      expect(await dueAt(store, time + 39, wait.operation)).toBeUndefined();
    });

    it('is not set if the wait has ended or another one is open', async () => {
      const { store } = subject();
      const name = newName();
      const first = await beginWait(store, name, [], { waitId: 'first' });
      await endWait(store, first);
      await store.postponeLook(first, 5);
      expect(await store.operation(name)).toEqual(running(name));
      const second = await beginWait(store, name, [], { waitId: 'second' });
      await store.postponeLook(first, 5);
      expect(await store.operation(name)).toEqual(waitingFor(running(name), second));
      await store.postponeLook(openWait(newName(), 0), 5);
    });

    it('is set together with the launch of its workflow or the refusal', async () => {
      const { store } = subject();
      const time = newTime();
      const wait = await beginWait(store, newName(), []);
      const refusal = { reason: 'quota "ü"', time };
      expect(await store.recordLaunch(wait, { refusal }, time + 10)).toEqual({ ...wait, refusal });
      expect(await store.wait(wait)).toEqual({ ...wait, refusal });
      const refused = await store.operation(wait.operation);
      expect(refused).toEqual(waitingFor(running(wait.operation), { ...wait, refusal }, time + 10));
      const launched = { ...wait, execution: 'run' };
      expect(await store.recordLaunch(wait, { execution: 'run' }, time + 20)).toEqual(launched);
      expect(await store.operation(wait.operation)).toEqual(
        waitingFor(running(wait.operation), launched, time + 20),
      );
      expect((await dueAt(store, time + 20, wait.operation))?.dueTime).toBe(time + 20);
    });
  });

  it('have a next due time, which includes effects', async () => {
    const { store } = subject();
    const name = newName();
    await put(store, dispatched(name, { kind: 'BACKOFF', retryTime: 500 }));
    expect(await store.nextDueTime()).toBe(500);
    await put(store, succeeded(running(name)), { effects: [{ kind: 'publishCompletion' }], effectsDue: 400 });
    expect(await store.nextDueTime()).toBe(400);
    await store.removeEffects(name, [{ kind: 'publishCompletion' }]);
    expect((await store.nextDueTime()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(500);
  });

  it('are read again in the next commit', async () => {
    const { store } = subject();
    const time = newTime();
    const name = newName();
    const wait = await beginWait(store, name, [], { deadline: time + 100 });
    await store.postponeLook(wait, time);
    await store.commit({ operation: name, eventId: 'e' }, ({ operation }) =>
      changeOf(operation ?? running(name), 'e'),
    );
    expect(await store.operation(name)).toEqual(waitingFor(running(name), wait, time));
  });
});

onEveryStore('sweeps', (subject) => {
  it('have a start of the period without a gap', async () => {
    const { store } = subject();
    expect(await store.noteSweep(1_000, 100)).toBe(1_000);
    expect(await store.noteSweep(1_100, 100)).toBe(1_000);
    expect(await store.noteSweep(1_150, 100)).toBe(1_000);
    expect(await store.noteSweep(1_251, 100)).toBe(1_251);
    expect(await store.noteSweep(1_300, 100)).toBe(1_251);
  });

  it('start a new period if the clock was set back to before the start', async () => {
    const { store } = subject();
    await store.noteSweep(9_000_000, 100);
    expect(await store.noteSweep(5_000, 100)).toBe(5_000);
  });
});
