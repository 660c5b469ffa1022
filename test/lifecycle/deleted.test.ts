import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DELETED_EVENT_ID, type LifecycleEvent } from '../../shared/lifecycle/event.ts';
import {
  any,
  CIRCUMSTANCES,
  cancelRequested,
  created,
  event,
  failed,
  OPERATION,
  resumed,
  succeeded,
  waiting,
} from './events.ts';
import { play } from './history.ts';

const deleted = (tick: number): LifecycleEvent => ({
  ...event(tick, { type: 'cancelled' }),
  type: 'deleted',
  eventId: DELETED_EVENT_ID,
});

const EVENTS: readonly LifecycleEvent[] = [
  created(1),
  event(2, { type: 'progressed', metadata: any('half') }),
  waiting(3),
  resumed('w3'),
  cancelRequested(4),
  succeeded(5),
  failed(6),
  event(7, { type: 'cancelled' }),
];

describe('deleted', () => {
  it('creates no operation if there was none', () => {
    const history = play();
    expect(history.apply(deleted(1))).toEqual({ outcome: 'ignored', reason: 'DELETED' });
    expect(history.operation).toBeUndefined();
  });

  it('keeps nothing but the name and the times, long enough for late events', () => {
    const { operation } = play(created(1), succeeded(2), deleted(3));
    expect(operation).toEqual({
      ...{ name: OPERATION, state: 'DELETED', cancelRequest: 'NONE' },
      ...{ attempts: operation?.attempts, tries: 0, resumption: { kind: 'START' }, keptNotifications: 0 },
      ...{ createTime: operation?.createTime, updateTime: CIRCUMSTANCES.now, deleteTime: CIRCUMSTANCES.now },
      expireTime: CIRCUMSTANCES.now + CIRCUMSTANCES.defaultTtl,
    });
  });

  it.each([
    ['the default', undefined, CIRCUMSTANCES.defaultTtl],
    ['the default, if the operation has a shorter one', 1, CIRCUMSTANCES.defaultTtl],
    ['its own, if that is longer', 5_000, 5_000],
  ])('is kept for %s', (_, ttl, keptMs) => {
    const creation = { method: 'example.v1.Make', labels: {}, ttl };
    const { operation } = play(event(1, { type: 'created', creation }), deleted(2));
    expect(operation).toMatchObject({ expireTime: CIRCUMSTANCES.now + keptMs });
  });

  it('gives up the wait and stops its workflow, and neither completes nor cancels anything', () => {
    const history = play(created(1), waiting(2));
    const waitId = history.waits.keys().next().value ?? '';
    history.effects.length = 0;
    history.apply(deleted(3));
    expect(history.effects).toEqual([{ kind: 'stopWorkflow', waitId }]);
    expect(history.waits.get(waitId)?.end).toMatchObject({ kind: 'ABANDONED', reason: 'DELETED' });
  });

  it('is the end: every later event is ignored (I5)', () => {
    fc.assert(
      fc.property(
        fc.subarray([...EVENTS], { minLength: 1 }),
        fc.subarray([...EVENTS]),
        fc.nat(20),
        (before, after, repeat) => {
          const history = play(...before, deleted(8));
          // Of an operation that no event made there was nothing to delete.
          fc.pre(history.operation !== undefined);
          const { operation } = history;
          const effects = history.effects.length;
          const late = [...after, ...after].slice(0, repeat);
          for (const one of late) {
            const result = history.apply(one);
            if (result !== 'duplicate') expect(result).toEqual({ outcome: 'ignored', reason: 'DELETED' });
          }
          expect(history.operation).toBe(operation);
          expect(history.effects).toHaveLength(effects);
        },
      ),
    );
  });
});
