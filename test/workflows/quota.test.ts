/** Google's client library at an executor whose quota of concurrent executions is used up. */
import express from 'express';
import { expect, it } from 'vitest';
import { Executor, VirtualClock, workflowsApi } from '../../executor/index.ts';
import { deployParallelPoll, PARALLEL_POLL } from '../../local/parallel-poll.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { workflowLauncher } from '../../shared/workflows/launcher.ts';
import { serve } from '../operations-api/api-under-test.ts';

const WAIT: OpenWait = {
  ...{ operation: 'operations/p', waitId: 'w', startTime: 0, deadline: 3_600_000, pollFrequency: 10_000 },
  ...{ policy: { kind: 'ALL_DONE' }, childCount: 1, externals: [] },
};

it.each([
  ['has it stand in line', {}],
  ['refuses it', { backlog: 0 }],
])('a launch above the quota is refused, whether the service %s', async (_, options) => {
  const clock = new VirtualClock({ auto: false });
  const executor = new Executor({ clock, concurrentExecutions: 1, ...options });
  await deployParallelPoll(executor);
  const server = await serve(express().use(workflowsApi(executor)));
  const launcher = workflowLauncher({
    ...{ project: 'p', location: 'l', workflow: PARALLEL_POLL, push: true, hosts: new AllowedHosts([]) },
    ...{ resumeUrl: 'https://resume.example.com', resumeAudience: 'a' },
    workflowsEndpoint: `http://127.0.0.1:${server.port}`,
  });
  const first = await launcher.launch(WAIT, 'm');
  expect(await launcher.isRunning(first)).toBe(true);
  await expect(launcher.launch(WAIT, 'm')).rejects.toMatchObject({
    ...{ kind: 'exhausted', message: expect.stringContaining('quota of concurrent executions') },
  });
  expect(executor.executions().filter(({ state }) => state === 'QUEUED')).toEqual([]);
  await launcher.close();
  await executor.close();
  await server.stop();
});
