/** The suite can fail: it finds each planted mistake. */
import { describe, expect, it } from 'vitest';
import { enumerate, type Finding } from './explore.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import { SCENARIOS } from './scenarios/all.ts';

async function firstFinding(mutation: Mutation): Promise<Finding | undefined> {
  const scenario = SCENARIOS.find(({ name }) => name === mutation.foundIn);
  if (!scenario) throw new Error(`There is no scenario "${mutation.foundIn}".`);
  const { findings } = await enumerate(scenario, { mutation, untilFound: true });
  return findings[0];
}

describe('a planted mistake', () => {
  it.each(MUTATIONS)('is found: $name', async (mutation) => {
    expect(await firstFinding(mutation)).toMatchObject({ rule: expect.any(String) });
  });
});
