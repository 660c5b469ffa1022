/** What a wait costs whose children are pushed: the workflow with the arguments that it is launched with, on virtual time. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { serve } from '../../local/http-server.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { workflowArguments } from '../../shared/workflows/arguments.ts';

const FILE = new URL('../../workflows/parallel-poll.yaml', import.meta.url);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Runs the workflow of a wait for ten children that ends at its deadline. */
async function guard(lengthMs: number, push: boolean) {
  const clock = new VirtualClock();
  const start = clock.now();
  const looks: number[] = [];
  const server = await serve((request, response) => {
    request.resume().on('end', () => {
      looks.push((clock.now() - start) / SECOND);
      const isOver = clock.now() >= start + lengthMs;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isOver ? { resumed: true } : { resumed: false, reason: 'PENDING' }));
    });
  });
  const executor = new Executor({ clock });
  executor.deploy('parallel-poll', await readFile(FILE, 'utf8'));
  const wait: OpenWait = {
    ...{ operation: 'operations/p', waitId: 'w', startTime: start, deadline: start + lengthMs },
    ...{ policy: { kind: 'ALL_DONE' }, childCount: 10, externals: [], pollFrequency: 10 * SECOND },
  };
  const target = { resumeUrl: server.url, resumeAudience: server.url, hosts: new AllowedHosts([]), push };
  const argument = JSON.stringify(workflowArguments(wait, 'm', target));
  const { steps, state, httpCalls } = await executor.run('parallel-poll', { argument });
  await executor.close();
  await server.stop();
  return { steps, state, httpCalls, looks };
}

it.each([
  ['an hour', HOUR, 25],
  ['a day', DAY, 60],
  ['a year', 365 * DAY, 300],
])('a wait of %s whose children are pushed is guarded in few steps', async (_, length, most) => {
  const { steps, state, looks } = await guard(length, true);
  expect(state).toBe('SUCCEEDED');
  expect(steps).toBeLessThanOrEqual(most);
  expect(looks[0]).toBeCloseTo(60, 0);
  expect(looks.at(-1)).toBeCloseTo(length / SECOND, 0);
});

it('a wait whose children are not pushed is asked about as often as it wants at first', async () => {
  const { looks, httpCalls } = await guard(HOUR, false);
  expect(looks.slice(0, 4).map(Math.round)).toEqual([10, 20, 30, 40]);
  expect(httpCalls).toBeGreaterThan(20);
});
