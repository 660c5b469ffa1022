/** The short form of `npm run test:fuzz`: some inputs for each target, other ones each day; a finding says how to feed it again. */
import { expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { TARGETS } from './targets/all.ts';

const DAY = Math.floor(Date.now() / 86_400_000);

it.each(TARGETS)('$name: no input is answered as a fault or ends the process', async (target) => {
  const { finding, inputs } = await campaign(target, {
    seed: DAY,
    inputs: 150,
    ms: 10_000,
    measures: false,
  });
  expect(finding).toBeUndefined();
  expect(inputs).toBeGreaterThan(0);
});
