/**
 * What Google bills for one wait, billed steps and HTTP calls, counted by the executor on virtual time: this project's
 * workflow, with push off so that it has to find out by itself, beside one that polls every child.
 */
import { readFile } from 'node:fs/promises';
import { type Execution, Executor, RequestError, VirtualClock } from '../../executor/index.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { workflowArguments } from '../../shared/workflows/arguments.ts';
import { printTable } from '../table.ts';
import { serveChildren } from './children-service.ts';

const FILES = {
  'parallel-poll': new URL('../../workflows/parallel-poll.yaml', import.meta.url),
  'poll-each-child': new URL('./poll-each-child.yaml', import.meta.url),
};
const COUNTS = [1, 10, 100, 1_000, 10_000];
const DURATIONS = { '1 minute': 60_000, '1 hour': 3_600_000 };
const POLL_FREQUENCY = 10_000;

export async function run(): Promise<void> {
  const rows = [];
  for (const [label, duration] of Object.entries(DURATIONS)) {
    for (const count of COUNTS) {
      const ours = await cost('parallel-poll', duration, (url, start) => ourArguments(url, start, count));
      const plain = await cost('poll-each-child', duration, (endpoint) => ({
        endpoint,
        operations: Array.from({ length: count }, (_, index) => `operations/report-2026-page-${index}`),
        pollFrequency: POLL_FREQUENCY / 1_000,
      }));
      rows.push([count, label, ours, plain]);
    }
  }
  printTable(
    ['children', 'done after', 'parallel-poll: steps, calls', 'polling each child: steps, calls'],
    rows,
  );
}

function ourArguments(url: string, startTime: number, childCount: number) {
  const wait: OpenWait = {
    ...{ operation: 'operations/report-2026', waitId: 'wait', startTime, childCount, externals: [] },
    ...{ policy: { kind: 'ALL_DONE' }, deadline: startTime + 86_400_000, pollFrequency: POLL_FREQUENCY },
  };
  return workflowArguments(wait, 'example.v1.Reports.CreateReport', {
    resumeUrl: `${url}/resume`,
    resumeAudience: url,
    push: false,
    hosts: new AllowedHosts([]),
  });
}

async function cost(
  workflow: keyof typeof FILES,
  duration: number,
  argumentsFor: (url: string, start: number) => object,
): Promise<string> {
  const clock = new VirtualClock();
  const start = clock.now();
  const server = await serveChildren(clock, () => start + duration);
  const executor = new Executor({ clock });
  executor.deploy(workflow, await readFile(FILES[workflow], 'utf8'));
  try {
    return describe(
      await executor.run(workflow, { argument: JSON.stringify(argumentsFor(server.url, start)) }),
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return 'refused: its argument is over 32 KB';
  } finally {
    await executor.close();
    await server.stop();
  }
}

function describe({ state, steps, httpCalls, error }: Execution): string {
  const counted = `${steps}, ${httpCalls}`;
  return state === 'SUCCEEDED' ? counted : `fails at ${counted}: ${error?.payload.slice(0, 80)}`;
}
