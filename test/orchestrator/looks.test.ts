/** How often sweep looks at a wait that only a workflow can poll, whose execution is lost without a sign. */
import { expect, it } from 'vitest';
import { recover } from '../../local/embedded/recovery.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START } from './harness.ts';

const P: OperationName = 'operations/p';
const MINUTE = 60_000;
const DEADLINE = START + 3 * 1_440 * MINUTE;
const ENDPOINT = 'https://far.example.com';
const EXTERNAL = { name: 'operations/x', endpoint: ENDPOINT, audience: ENDPOINT };

/** Sweeps each minute. Returns the minutes since the start at which sweep asked whether the execution still runs. */
async function looks(harness: Harness, minutes: number): Promise<number[]> {
  const found: number[] = [];
  const { launcher } = harness.orchestrator;
  const { isRunning } = launcher;
  launcher.isRunning = (execution) => {
    found.push((harness.now - START) / MINUTE);
    return isRunning(execution);
  };
  for (let minute = 0; minute < minutes; minute++) {
    harness.now += MINUTE;
    await sweep(harness.orchestrator);
  }
  return found;
}

it('is a tenth of the age of the wait, at least a minute and at most an hour', async () => {
  const harness = await Harness.open();
  await harness.wait(P, [], { externals: [EXTERNAL], deadline: DEADLINE });
  const found = await looks(harness, 1_440);
  const gaps = found
    .slice(1)
    .map((minute, index) => ({ age: found[index] ?? 0, gap: minute - (found[index] ?? 0) }));
  expect(found[0]).toBe(1);
  for (const { age, gap } of gaps) {
    const tenth = Math.min(60, Math.max(1, age / 10));
    expect(gap).toBeGreaterThanOrEqual(tenth);
    // Sweep runs each minute.
    expect(gap).toBeLessThan(tenth + 1);
  }
  expect(gaps.at(-1)?.gap).toBe(60);
  await harness.store.close();
});

it('launches another execution at the first look after the loss', async () => {
  const harness = await Harness.open();
  await harness.wait(P, [], { externals: [EXTERNAL], deadline: DEADLINE });
  expect(harness.launched).toBe(1);
  await looks(harness, 3);
  expect(harness.launched).toBe(1);
  harness.executions.clear();
  await looks(harness, 1);
  expect(harness.launched).toBe(2);
  await harness.store.close();
});

it('launches what could not be launched at the start of the embedded system', async () => {
  const harness = await Harness.open();
  await harness.wait(P, [], { externals: [EXTERNAL], deadline: DEADLINE });
  harness.executions.clear();
  harness.fault = () => {
    throw new Failure('unavailable', 'no executor');
  };
  await recover(harness.orchestrator);
  expect(harness.launched).toBe(1);
  harness.fault = () => {};
  await looks(harness, 1);
  expect(harness.launched).toBe(2);
  await harness.store.close();
});
