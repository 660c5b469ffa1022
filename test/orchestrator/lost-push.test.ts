/** The net below push: a child's end makes its parents' waits due, and sweep ends them within two runs, without a workflow. */
import { expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import { commitEvent } from '../../shared/orchestrator/commit-event.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START } from './harness.ts';

const P: OperationName = 'operations/p';
const C: OperationName = 'operations/c';
const OTHERS = 300;
const MINUTE = 60_000;

async function waitingBesideOthers(push: boolean): Promise<Harness> {
  const harness = await Harness.open({ push, waitWorkflow: 'external' });
  const terms = { deadline: START + 86_400_000 };
  for (let index = 0; index < OTHERS; index++) {
    await harness.wait(`operations/open-${index}`, [`operations/never-${index}`], terms);
  }
  await harness.wait(P, [C], terms);
  expect(harness.launched).toBe(0);
  return harness;
}

it.each([
  ['with push off', false, (harness: Harness) => harness.succeed(C)],
  [
    'where the call that should have pushed crashed',
    true,
    (harness: Harness) =>
      commitEvent(harness.orchestrator, harness.event(C, { type: 'succeeded', response: EMPTY_RESPONSE })),
  ],
])('%s, sweep ends the wait within two runs, and looks at no other', async (_, push, end) => {
  const harness = await waitingBesideOthers(push);
  await end(harness);
  const looks: string[] = [];
  const progress = harness.store.progress;
  (harness.store as { progress: unknown }).progress = (...args: Parameters<typeof progress>) => {
    looks.push(args[0].operation);
    return progress(...args);
  };
  for (let run = 0; run < 2; run++) {
    harness.now += MINUTE;
    await sweep(harness.orchestrator);
  }
  expect(harness.resumes(P)).toMatchObject([{ cause: 'CHILDREN' }]);
  expect(new Set(looks)).toEqual(new Set([P]));
});
