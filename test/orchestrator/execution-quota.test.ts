/** Waits beyond the quota of concurrent executions: launches that are refused, by the executor that has such a quota. */
import { expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { executorLauncher } from '../../local/embedded/launcher.ts';
import { deployParallelPoll } from '../../local/parallel-poll.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitTerms } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, START, waiting } from './harness.ts';

const QUOTA = 3;
const WAITS = 20;
const SECOND = 1_000;
const ENDPOINT = 'https://far.example.com';

async function waitsBeyondQuota(terms: (index: number) => Partial<WaitTerms>, children = true) {
  const harness = await Harness.open();
  // Time stands for the workflows: what ends the waits is the orchestrator.
  const clock = new VirtualClock({ auto: false });
  const executor = new Executor({ clock, concurrentExecutions: QUOTA });
  await deployParallelPoll(executor);
  const hosts = new AllowedHosts(['far.example.com']);
  const target = { resumeUrl: 'https://resume.example.com', resumeAudience: 'a', push: true, hosts };
  const orchestrator = { ...harness.orchestrator, launcher: executorLauncher(executor, () => target) };
  const parents = Array.from({ length: WAITS }, (_, index): OperationName => `operations/p-${index}`);
  for (const [index, parent] of parents.entries()) {
    const event = waiting(harness.now, children ? [`operations/c-${index}`] : [], {
      deadline: START + 86_400 * SECOND,
      ...terms(index),
    });
    await applyEvent(orchestrator, harness.event(parent, event, 'w'));
  }
  const waits = () => Promise.all(parents.map((operation) => harness.store.wait({ operation, waitId: 'w' })));
  const stop = async () => {
    await executor.close();
    await harness.store.close();
  };
  return { harness, orchestrator, executor, parents, waits, stop };
}

it('waits go on without a workflow, say so, and end as soon as their children do', async () => {
  const { harness, orchestrator, executor, parents, waits, stop } = await waitsBeyondQuota(() => ({}));
  const found = await waits();
  expect(found.filter((wait) => wait?.execution)).toHaveLength(QUOTA);
  const refused = found.filter((wait) => wait?.refusal);
  expect(refused).toHaveLength(WAITS - QUOTA);
  expect(refused[0]?.refusal).toMatchObject({ reason: expect.stringContaining('quota'), time: START });
  expect(executor.executions()).toHaveLength(QUOTA);
  expect(await harness.outbox()).toEqual([]);
  for (const index of parents.keys()) {
    const done = harness.event(`operations/c-${index}`, {
      type: 'succeeded',
      response: { typeUrl: '', value: new Uint8Array() },
    });
    await applyEvent(orchestrator, done);
  }
  expect(harness.signals.filter(({ kind }) => kind === 'RESUME')).toHaveLength(WAITS);
  await stop();
});

it.each([
  ['sleeps', { sleepUntil: START + 60 * SECOND }, false, 'SLEEP'],
  ['deadlines', { deadline: START + 90 * SECOND }, true, 'DEADLINE'],
])('%s without a workflow are held by sweep', async (_, terms, children, cause) => {
  const { harness, orchestrator, waits, stop } = await waitsBeyondQuota(() => terms, children);
  harness.now += 120 * SECOND;
  await sweep(orchestrator);
  for (const wait of await waits()) expect(wait?.end).toMatchObject({ kind: 'RESUMED', cause, by: 'sweep' });
  await stop();
});

it('sweep launches those again that only a workflow can poll, once there is room', async () => {
  const external = { name: 'operations/x', endpoint: ENDPOINT, audience: ENDPOINT };
  const terms = () => ({ externals: [external], childCount: 1 });
  const { harness, orchestrator, executor, stop } = await waitsBeyondQuota(terms, false);
  const active = () => executor.executions().filter(({ state }) => state === 'ACTIVE').length;
  expect(active()).toBe(QUOTA);
  for (const { name } of executor.executions()) executor.cancel(name);
  await Promise.all(executor.executions().map(({ done }) => done));
  expect(active()).toBe(0);
  harness.now += 61 * SECOND;
  await sweep(orchestrator);
  expect(active()).toBe(QUOTA);
  await stop();
});
