import { describe, expect, it } from 'vitest';
import { dueCause, leftOf, takenOf, tallyLimits, withNotifications } from '../../shared/lifecycle/policy.ts';
import type { WaitPolicy } from '../../shared/lifecycle/wait.ts';
import { START, TERMS } from './events.ts';

type Counts = [pending: number, succeeded: number, unsuccessful: number];
const tolerant = (tolerated: number): WaitPolicy => ({ kind: 'ALL_SUCCEEDED', tolerated });
const quorum = (count: number): WaitPolicy => ({ kind: 'QUORUM_SUCCEEDED', quorum: count });

describe('dueCause', () => {
  it.each<[string, WaitPolicy, Counts, boolean]>([
    ['ALL_DONE, one pending', { kind: 'ALL_DONE' }, [1, 2, 0], false],
    ['ALL_DONE, none pending', { kind: 'ALL_DONE' }, [0, 1, 2], true],
    ['ANY_DONE, none done', { kind: 'ANY_DONE' }, [3, 0, 0], false],
    ['ANY_DONE, one failed', { kind: 'ANY_DONE' }, [2, 0, 1], true],
    ['ANY_DONE, one succeeded', { kind: 'ANY_DONE' }, [2, 1, 0], true],
    ['ALL_SUCCEEDED, one pending', { kind: 'ALL_SUCCEEDED' }, [1, 2, 0], false],
    ['ALL_SUCCEEDED, one failed', { kind: 'ALL_SUCCEEDED' }, [2, 0, 1], true],
    ['ALL_SUCCEEDED, all did', { kind: 'ALL_SUCCEEDED' }, [0, 3, 0], true],
    ['ANY_SUCCEEDED, one failed', { kind: 'ANY_SUCCEEDED' }, [2, 0, 1], false],
    ['ANY_SUCCEEDED, one did', { kind: 'ANY_SUCCEEDED' }, [1, 1, 1], true],
    ['ANY_SUCCEEDED, none is left', { kind: 'ANY_SUCCEEDED' }, [0, 0, 3], true],
    ['ALL_SUCCEEDED, one of one tolerated failed', tolerant(1), [1, 1, 1], false],
    ['ALL_SUCCEEDED, two of one tolerated failed', tolerant(1), [1, 0, 2], true],
    ['QUORUM 2 of 3, one did', quorum(2), [2, 1, 0], false],
    ['QUORUM 2 of 3, two did', quorum(2), [1, 2, 0], true],
    ['QUORUM 2 of 3, one failed', quorum(2), [2, 0, 1], false],
    ['QUORUM 2 of 3, two failed: it cannot any more', quorum(2), [1, 0, 2], true],
  ])('%s', (_, policy, [pending, succeeded, unsuccessful], due) => {
    const terms = { ...TERMS, policy, childCount: 3 };
    expect(dueCause(terms, { pending, succeeded, unsuccessful }, START)).toBe(due ? 'CHILDREN' : undefined);
  });

  const none = { pending: 0, succeeded: 0, unsuccessful: 0 };
  const pending = { ...none, pending: 1 };

  it('reports the deadline at the deadline, and never instead of children that are done', () => {
    expect(dueCause(TERMS, pending, TERMS.deadline - 1)).toBeUndefined();
    expect(dueCause(TERMS, pending, TERMS.deadline)).toBe('DEADLINE');
    expect(dueCause(TERMS, none, TERMS.deadline + 1)).toBe('CHILDREN');
  });

  it('sleeps first', () => {
    const terms = { ...TERMS, sleepUntil: START + 10 };
    expect(dueCause(terms, none, START + 9)).toBeUndefined();
    expect(dueCause(terms, none, START + 10)).toBe('CHILDREN');
  });

  it('is a timer without children', () => {
    const timer = { ...TERMS, childCount: 0, sleepUntil: START + 10, deadline: START + 10 };
    expect(dueCause(timer, none, START + 9)).toBeUndefined();
    expect(dueCause(timer, none, START + 10)).toBe('SLEEP');
  });

  it('is over at once without children and without sleep', () => {
    expect(dueCause({ ...TERMS, childCount: 0, policy: { kind: 'ANY_DONE' } }, none, START)).toBe('CHILDREN');
  });
});

describe('a notification', () => {
  const terms = { ...TERMS, childCount: 1, notifications: ['paid', 'paid', 'shipped'] };
  const pending = { pending: 1, succeeded: 0, unsuccessful: 0 };

  it('counts as a child that has succeeded, once for each that is wanted of its name', () => {
    const tally = (...kept: string[]) => withNotifications(terms, pending, kept);
    expect(tally()).toEqual({ pending: 4, succeeded: 0, unsuccessful: 0 });
    expect(tally('other', 'shipped', 'shipped')).toEqual({ pending: 3, succeeded: 1, unsuccessful: 0 });
    expect(tally('paid', 'paid', 'paid')).toEqual({ pending: 2, succeeded: 2, unsuccessful: 0 });
  });

  it('that is wanted is part of what a quorum can still reach', () => {
    const wait = { ...terms, policy: quorum(3) };
    const dueOf = (unsuccessful: number) =>
      dueCause(wait, { pending: 4 - unsuccessful, succeeded: 0, unsuccessful }, START);
    expect([dueOf(1), dueOf(2)]).toEqual([undefined, 'CHILDREN']);
  });

  it('is taken in the order in which it is kept, and what no kept one takes is left', () => {
    const kept = ['other', 'paid', 'shipped', 'paid', 'paid'];
    expect(takenOf(terms.notifications, kept)).toEqual([1, 2, 3]);
    expect(leftOf(terms.notifications, ['shipped', 'paid'])).toEqual(['paid']);
  });

  it('is the cause of a wait that waits for nothing else', () => {
    const none = { ...pending, pending: 0 };
    expect(dueCause({ ...terms, childCount: 0 }, none, START)).toBe('NOTIFICATION');
    expect(dueCause({ ...terms, childCount: 0, sleepUntil: START }, none, START)).toBe('NOTIFICATION');
    expect(dueCause(terms, none, START)).toBe('CHILDREN');
  });
});

describe('tallyLimits', () => {
  it('counts only as far as the policy needs', () => {
    const limits = (policy: WaitPolicy) => tallyLimits({ ...TERMS, policy, childCount: 10 });
    expect(limits({ kind: 'ALL_DONE' })).toEqual({ pending: 1, succeeded: 0, unsuccessful: 0 });
    expect(limits({ kind: 'ANY_DONE' })).toEqual({ pending: 1, succeeded: 1, unsuccessful: 1 });
    expect(limits({ kind: 'ANY_SUCCEEDED' })).toEqual({ pending: 1, succeeded: 1, unsuccessful: 0 });
    expect(limits(tolerant(3))).toEqual({ pending: 1, succeeded: 0, unsuccessful: 4 });
    expect(limits(quorum(4))).toEqual({ pending: 1, succeeded: 4, unsuccessful: 7 });
  });
});
