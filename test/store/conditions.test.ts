import { expect, it } from 'vitest';
import type { Attempts } from '../../shared/lifecycle/attempt.ts';
import type { LiveOperation } from '../../shared/lifecycle/operation.ts';
import { type Condition, isTrueOf } from '../../shared/orchestrator/condition.ts';
import { newName, order, put, running } from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const FIRST = newName('first');

const CONDITIONS: Record<string, Condition> = {
  'attempt = 0': { kind: 'attempt', relation: '=', value: 0 },
  'attempt > 1': { kind: 'attempt', relation: '>', value: 1 },
  'attempt <= 3': { kind: 'attempt', relation: '<=', value: 3 },
  'NOT attempt >= 3': { kind: 'not', of: { kind: 'attempt', relation: '>=', value: 3 } },
  rerunOf: { kind: 'text', subject: 'rerunOf', relation: '=', value: FIRST },
  'no rerun': { kind: 'text', subject: 'rerunOf', relation: '=', value: '' },
  'NOT rerunOf': { kind: 'not', of: { kind: 'text', subject: 'rerunOf', relation: '=', value: FIRST } },
  'rerunOf:': { kind: 'text', subject: 'rerunOf', relation: 'startsWith', value: 'operations/first' },
  both: {
    kind: 'all',
    of: [
      { kind: 'text', subject: 'rerunOf', relation: '=', value: FIRST },
      { kind: 'attempt', relation: '=', value: 3 },
    ],
  },
};

onEveryStore('a list by attempt and rerun', (subject) => {
  it('has the operations of which the condition is true, and no others', async () => {
    const { store } = subject();
    const operation = (attempts: Attempts, isRerun: boolean): LiveOperation => {
      const value = { method: 'm', labels: {}, ...(isRerun && { rerunOf: FIRST }) };
      return running(newName(), { attempts, creation: { order: order('1'), value } });
    };
    const operations = [
      operation([], false),
      operation([{ number: 1, startTime: 0 }], true),
      operation([{ number: 3, startTime: 1 }], true),
      operation([{ number: 7, startTime: 1 }], false),
      running(newName()),
    ];
    for (const one of operations) await put(store, one);
    for (const [text, condition] of Object.entries(CONDITIONS)) {
      const listed = await store.list({ condition, limit: 100 });
      const expected = operations.filter((one) => isTrueOf(condition, one)).map(({ name }) => name);
      expect(listed.map(({ name }) => name).sort(), text).toEqual(expected.sort());
    }
  });
});
