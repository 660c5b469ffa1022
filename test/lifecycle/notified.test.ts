/** Notifications that an operation keeps until a wait takes them. */
import { expect, it } from 'vitest';
import { MAX_KEPT_NOTIFICATIONS } from '../../shared/lifecycle/notify.ts';
import { CIRCUMSTANCES, cancelRequested, created, event, resumed, succeeded, waiting } from './events.ts';
import { play } from './history.ts';

const notified = (tick: number, name = 'paid') => event(tick, { type: 'notified', name });
const kept = (...names: string[]) => names.map((name, position) => ({ name, position }));

it('are kept up to a number, and beyond it refused until a wait has taken some', () => {
  const history = play(created(0));
  for (let tick = 1; tick <= MAX_KEPT_NOTIFICATIONS; tick++) history.apply(notified(tick));
  expect(history.operation?.keptNotifications).toBe(1_000);
  expect(history.apply(notified(2_000))).toMatchObject({
    outcome: 'rejected',
    field: 'notified',
    reason: expect.stringContaining('1000'),
    code: 8,
  });
  history.apply(waiting(2_001, undefined, { childCount: 0, notifications: ['paid', 'shipped'] }));
  history.apply(resumed('waiting-2001', 'NOTIFICATION'), { ...CIRCUMSTANCES, kept: kept('paid', 'shipped') });
  expect(history.operation?.keptNotifications).toBe(998);
  expect(history.apply(notified(2_002))).toMatchObject({ outcome: 'applied' });
});

it('settle the open wait only if it waits for their name', () => {
  const history = play(created(0), waiting(1, undefined, { childCount: 0, notifications: ['paid'] }));
  expect(history.apply(notified(2, 'other'))).toMatchObject({ outcome: 'applied', effects: [] });
  expect(history.apply(notified(3))).toMatchObject({
    effects: [{ kind: 'settleWait', parent: { waitId: 'waiting-1' } }],
  });
});

it('are taken by the end of the wait whatever its cause, the first applied first, and only those of its names', () => {
  const history = play(created(0), notified(1), notified(2, 'other'), notified(3), notified(4));
  history.apply(waiting(5, undefined, { childCount: 0, notifications: ['paid', 'paid', 'missing'] }));
  const ended = history.apply(cancelRequested(6), {
    ...CIRCUMSTANCES,
    kept: kept('paid', 'other', 'paid', 'paid'),
  });
  expect(ended).toMatchObject({ taken: { waitId: 'waiting-5', positions: [0, 2] } });
  expect(history.operation?.keptNotifications).toBe(2);
});

it('are taken by no wait that is superseded', () => {
  const terms = { childCount: 0, notifications: ['paid'] };
  const history = play(created(0), notified(1), waiting(2, undefined, terms));
  const superseding = waiting(3, undefined, terms);
  expect(history.apply(superseding, { ...CIRCUMSTANCES, kept: kept('paid') })).not.toHaveProperty(
    'taken.waitId',
  );
  expect(history.operation?.keptNotifications).toBe(1);
});

it('are ignored by a terminal operation', () => {
  expect(play(created(0), succeeded(1)).apply(notified(2))).toEqual({
    outcome: 'ignored',
    reason: 'TERMINAL',
  });
});
