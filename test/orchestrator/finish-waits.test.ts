/** A child with more waiting parents than one commit holds. */
import { expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { MAX_FINISHED_WAITS } from '../../shared/orchestrator/ports/commit.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness } from './harness.ts';

const CHILD: OperationName = 'operations/child';
const PARENTS = Array.from(
  { length: MAX_FINISHED_WAITS * 2 + 5 },
  (_, index): OperationName => `operations/parent-${index}`,
);

async function waitForChild(harness: Harness, parents = PARENTS) {
  await harness.create(CHILD);
  await Promise.all(parents.map((parent) => harness.wait(parent, [CHILD])));
}

it('resumes every one of them once, and leaves nothing in the outbox', async () => {
  const harness = await Harness.open();
  await waitForChild(harness);
  await harness.succeed(CHILD);
  for (const parent of [PARENTS[0], PARENTS[MAX_FINISHED_WAITS], PARENTS.at(-1)]) {
    expect(parent && harness.resumes(parent)).toHaveLength(1);
  }
  expect(harness.signals).toHaveLength(PARENTS.length);
  expect(await harness.outbox()).toEqual([]);
});

it('resumes none of them without push, and leaves them to sweep after half a minute', async () => {
  const harness = await Harness.open({ push: false });
  const parents = PARENTS.slice(0, MAX_FINISHED_WAITS + 1);
  await waitForChild(harness, parents);
  await harness.succeed(CHILD);
  harness.now += 29_999;
  await sweep(harness.orchestrator);
  expect(harness.signals).toEqual([]);
  for (let runs = 0; runs < 2; runs++) {
    harness.now += 30_000;
    await sweep(harness.orchestrator);
  }
  expect(harness.signals).toHaveLength(parents.length);
  expect(await harness.outbox()).toEqual([]);
});

it('gives all of them the outcome, though the call ends before it has settled any', async () => {
  const harness = await Harness.open();
  await waitForChild(harness);
  harness.fault = () => {
    throw new Error('gone');
  };
  await harness.succeed(CHILD).catch(() => undefined);
  harness.fault = () => {};
  for (let minute = 0; harness.signals.length < PARENTS.length && minute < 200; minute++) {
    harness.now += 60_000;
    await sweep(harness.orchestrator);
  }
  expect(new Set(harness.signals.map(({ operation }) => operation)).size).toBe(PARENTS.length);
});

it('removes expired operations after their completion was published', async () => {
  const harness = await Harness.open({ defaultTtl: 60_000 });
  await harness.create(CHILD);
  harness.fault = () => {
    throw new Error('Pub/Sub is away');
  };
  await harness.succeed(CHILD).catch(() => undefined);
  harness.now += 3_600_000;
  await sweep(harness.orchestrator);
  expect(await harness.store.operation(CHILD)).toMatchObject({ state: 'SUCCEEDED' });
  harness.fault = () => {};
  harness.now += 7_200_000;
  await sweep(harness.orchestrator);
  expect(harness.completions.map(({ name }) => name)).toEqual([CHILD]);
  await sweep(harness.orchestrator);
  expect(await harness.store.operation(CHILD)).toBeUndefined();
});
