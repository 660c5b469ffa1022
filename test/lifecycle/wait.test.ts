import { describe, expect, it } from 'vitest';
import { dueCause, tallyLimits } from '../../shared/lifecycle/policy.ts';
import type { WaitPolicy } from '../../shared/lifecycle/wait.ts';
import { START, TERMS } from './events.ts';

type Counts = [pending: number, succeeded: number, unsuccessful: number];
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

describe('tallyLimits', () => {
  it('counts only as far as the policy needs', () => {
    const limits = (policy: WaitPolicy) => tallyLimits({ ...TERMS, policy, childCount: 10 });
    expect(limits({ kind: 'ALL_DONE' })).toEqual({ pending: 1, succeeded: 0, unsuccessful: 0 });
    expect(limits({ kind: 'ANY_DONE' })).toEqual({ pending: 1, succeeded: 1, unsuccessful: 1 });
    expect(limits(quorum(4))).toEqual({ pending: 1, succeeded: 4, unsuccessful: 7 });
  });
});
