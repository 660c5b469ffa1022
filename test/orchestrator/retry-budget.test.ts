import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../shared/orchestrator/retry-budget.ts';

const NOW = 1_700_000_000_250;
const NEXT = 1_700_000_001_000;

describe('the budget of retries', () => {
  it('lets as many of a method begin in a second as it says', () => {
    const budget = new RetryBudget(2);
    expect(budget.beginTime('m', NOW)).toBe(NOW);
    expect(budget.beginTime('m', NOW + 500)).toBe(NOW + 500);
    expect(budget.beginTime('m', NOW + 600)).toBe(NEXT);
    expect(budget.beginTime('m', NEXT)).toBe(NEXT);
  });

  it('spreads the others over the following seconds, as many to each', () => {
    const budget = new RetryBudget(2);
    const times = Array.from({ length: 7 }, () => budget.beginTime('m', NOW));
    expect(times).toEqual([NOW, NOW, NEXT, NEXT, NEXT + 1_000, NEXT + 1_000, NEXT + 2_000]);
  });

  it('counts each method for itself', () => {
    const budget = new RetryBudget(1);
    budget.beginTime('one', NOW);
    expect(budget.beginTime('one', NOW)).toBe(NEXT);
    expect(budget.beginTime('other', NOW)).toBe(NOW);
  });

  it('stays with the later second if the clock goes back', () => {
    const budget = new RetryBudget(1);
    budget.beginTime('m', NEXT);
    expect(budget.beginTime('m', NOW)).toBe(NEXT + 1_000);
  });
});
