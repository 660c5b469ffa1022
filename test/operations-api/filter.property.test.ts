import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/operations-api/filter/filter.ts';
import { isTrueOf } from '../../shared/orchestrator/condition.ts';
import type { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { put } from '../store/fixtures.ts';
import { onEveryStore } from '../store/implementations.ts';
import { OPERATIONS, sample } from './filtered-operations.ts';

/** Random filters may have more comparisons than are allowed. */
const fitting = sample.filter(({ text }) => {
  try {
    return parseFilter(text) !== undefined;
  } catch (error) {
    if (/more than|deeper than/.test((error as InvalidInput).message)) return false;
    throw error;
  }
});

describe('a filter', () => {
  it('means what AIP-160 says it means', () => {
    fc.assert(
      fc.property(fitting, ({ text, holds }) => {
        const condition = parseFilter(text);
        expect(OPERATIONS.filter((operation) => isTrueOf(condition, operation))).toEqual(
          OPERATIONS.filter(holds),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

onEveryStore('a filter', (subject) => {
  beforeAll(async () => {
    for (const operation of OPERATIONS) await put(subject().store, operation);
  });

  it('reaches from the first time that there is to the last', async () => {
    const condition = parseFilter(
      'createTime >= 0001-01-01T00:00:00Z AND updateTime <= 9999-12-31T23:59:59.999999999Z',
    );
    const found = await subject().store.list({ condition, limit: 1_000 });
    expect(found).toHaveLength(OPERATIONS.length);
  });

  it('lists the operations that it matches, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(fitting, fc.integer({ min: 1, max: 70 }), async ({ text, holds }, limit) => {
        const found = await subject().store.list({ condition: parseFilter(text), limit });
        const expected = OPERATIONS.filter(holds)
          .sort((one, other) => other.createTime - one.createTime || (one.name < other.name ? -1 : 1))
          .slice(0, limit)
          .map(({ name, createTime }) => ({ name, createTime }));
        expect(found.map(({ name, createTime }) => ({ name, createTime }))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
