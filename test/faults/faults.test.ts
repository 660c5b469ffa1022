/**
 * The short form of `npm run test:faults`: every scenario without faults, with faults at some of its calls, and once at
 * random. Which calls, and which seed, changes with the day; a finding says both.
 */
import { describe, expect, it } from 'vitest';
import { atRandom, enumerate, sequenceOfSeed } from './explore.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { World } from './world/world.ts';

const DAY = Math.floor(Date.now() / 86_400_000);
/** The number of calls of a scenario that are tried. */
const STRIDE = 61;
const SEQUENCES = 40;

describe('whatever fails at one call of one port', () => {
  it.each(SCENARIOS)('$name: ends as without faults', async (scenario) => {
    const { findings } = await enumerate(scenario, { stride: STRIDE, offset: DAY % STRIDE });
    expect(findings).toEqual([]);
  });
});

describe('with two processes on a bus that delivers late, twice and in any order', () => {
  it.each(SCENARIOS)('$name: ends as in order', async (scenario) => {
    expect(await atRandom(scenario, { seed: DAY, probability: 0 })).toBeUndefined();
  });
});

it('random event sequences: every rule holds', async () => {
  for (let seed = DAY * SEQUENCES; seed < (DAY + 1) * SEQUENCES; seed++) {
    expect(await sequenceOfSeed(seed)).toBeUndefined();
  }
});

it('the same seed gives the same world', async () => {
  for (const scenario of SCENARIOS.slice(0, 3)) {
    const run = () => World.run(scenario, { seed: 7, chaos: true, processes: 2 });
    const [one, other] = [await run(), await run()];
    expect(one.trace).toEqual(other.trace);
    expect(one.calls).toEqual(other.calls);
  }
});
