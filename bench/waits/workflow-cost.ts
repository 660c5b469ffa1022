/**
 * Counts the billed steps and HTTP calls of one wait, with the executor on virtual time: for both settings of WAIT_WORKFLOW, with
 * push on and off, beside a workflow that polls every child.
 */
import { readFile } from 'node:fs/promises';
import { Executor, RequestError, VirtualClock } from '../../executor/index.ts';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { workflowArguments } from '../../shared/workflows/arguments.ts';
import { printTable } from '../table.ts';
import { serveChildren } from './children-service.ts';

const FILES = {
  'parallel-poll': new URL('../../workflows/parallel-poll.yaml', import.meta.url),
  'poll-each-child': new URL('./poll-each-child.yaml', import.meta.url),
};
const COUNTS = [1, 20, 1_000];
const DURATIONS = { '1 minute': 60_000, '1 hour': 3_600_000, '1 day': 86_400_000 };
const POLL_FREQUENCY = 10_000;

/** https://cloud.google.com/workflows/pricing, 2026: a step that stays within Google, above the free tier. */
const DOLLARS_A_STEP = 0.01 / 1_000;
/** The cost of a million operations with 20 children for each parent. */
const WAITS_A_MILLION = 1_000_000 / 21;

interface Cost {
  readonly steps: number;
  readonly calls: number;
}

/** WAIT_WORKFLOW=external launches no workflow if all children belong to this deployment. */
const NO_EXECUTION: Cost = { steps: 0, calls: 0 };

export async function run(): Promise<void> {
  const rows = [];
  for (const [label, duration] of Object.entries(DURATIONS)) {
    for (const count of COUNTS) {
      const ours = (push: boolean) =>
        cost('parallel-poll', duration, (url, start) => ourArguments(url, start, count, push));
      const plain = await cost('poll-each-child', duration, (endpoint) => ({
        endpoint,
        operations: Array.from({ length: count }, (_, index) => `operations/report-2026-page-${index}`),
        pollFrequency: POLL_FREQUENCY / 1_000,
      }));
      const columns = [await ours(true), await ours(false), NO_EXECUTION, plain];
      rows.push([count, label, ...columns.map(describe)]);
    }
  }
  console.log('Each: billed steps, HTTP calls, dollars a million operations (20 children a parent).');
  printTable(
    ['children', 'done after', 'always, push on', 'always, push off', 'external', 'polling each child'],
    rows,
  );
}

function ourArguments(url: string, startTime: number, childCount: number, push: boolean) {
  const wait: OpenWait = {
    ...{ operation: 'operations/report-2026', waitId: 'wait', startTime, childCount, externals: [] },
    ...{
      policy: { kind: 'ALL_DONE' },
      deadline: startTime + 365 * 86_400_000,
      pollFrequency: POLL_FREQUENCY,
    },
  };
  const hosts = new AllowedHosts([]);
  const target = { resumeUrl: `${url}/resume`, resumeAudience: url, push, hosts };
  return workflowArguments(wait, 'example.v1.Reports.CreateReport', target);
}

function describe(cost: Cost | string): string {
  if (typeof cost === 'string') return cost;
  const { steps, calls } = cost;
  const dollars = steps * DOLLARS_A_STEP * WAITS_A_MILLION;
  return `${steps}, ${calls}, $${dollars.toFixed(dollars < 10 ? 2 : 0)}`;
}

async function cost(
  workflow: keyof typeof FILES,
  duration: number,
  argumentsFor: (url: string, start: number) => object,
): Promise<Cost | string> {
  const clock = new VirtualClock();
  const start = clock.now();
  const server = await serveChildren(clock, () => start + duration);
  const executor = new Executor({ clock });
  executor.deploy(workflow, await readFile(FILES[workflow], 'utf8'));
  try {
    const argument = JSON.stringify(argumentsFor(server.url, start));
    if (workflow === 'parallel-poll') return await costUntil(executor, clock, argument, duration);
    const { state, steps, httpCalls, error } = await executor.run(workflow, { argument });
    if (state === 'SUCCEEDED') return { steps, calls: httpCalls };
    return `fails at ${steps}, ${httpCalls}: ${error?.payload.slice(0, 60)}`;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return 'refused: its argument is over 32 KB';
  } finally {
    await executor.close();
    await server.stop();
  }
}

/** Push reports the end of the last child and stops the execution, unless the workflow notices it first. */
async function costUntil(
  executor: Executor,
  clock: VirtualClock,
  argument: string,
  duration: number,
): Promise<Cost> {
  const execution = executor.createExecution('parallel-poll', { argument });
  const { pollFrequency } = JSON.parse(argument);
  const isPushed = pollFrequency * 1_000 > POLL_FREQUENCY;
  if (isPushed) {
    await clock.sleep(duration, new AbortController().signal);
    executor.cancel(execution.name);
  }
  await execution.done;
  return { steps: execution.steps, calls: execution.httpCalls };
}
