/**
 * One report with its pages through a whole local system: a worker serves them, a client creates the report, and a
 * subscriber receives its completion.
 */
import { createOperations } from 'lro-orchestrator';
import { serve } from 'lro-orchestrator/worker';
import type { LocalSystem } from '../../local/system.ts';
import { type Completion, readCompletion, readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS, SIGNALS_SUBSCRIPTION } from '../../shared/pubsub/topology.ts';
import { inspect } from './inspection.ts';
import type { Timeline } from './timeline.ts';
import { report, reportWorkers, type Seen } from './workers.ts';

export interface FanOutOptions {
  readonly children: number;
  /** Seconds. */
  readonly pollFrequency: number;
}

export interface FanOutReport {
  readonly operation: string;
  readonly state: Completion['state'];
  readonly children: number;
  readonly resumes: number;
  readonly resumedBy: string;
  /** The messages of the completion topic that are about the parent. */
  readonly completions: number;
  readonly workflowExecutions: number;
  /** The billed steps of all executions. */
  readonly workflowSteps: number;
  /** From the end of the last child's step to the parent's worker. */
  readonly resumeLatencyMs: number;
}

/** How many pages the worker renders at the same time. */
const CONCURRENCY = 1_000;

export async function playFanOut(
  system: LocalSystem,
  timeline: Timeline,
  { children, pollFrequency }: FanOutOptions,
): Promise<FanOutReport> {
  const operationId = `report-${crypto.randomUUID().slice(0, 8)}`;
  const watching = await watchMessages(system, timeline, `operations/${operationId}`);
  const seen: Seen = { lastPage: 0, collected: 0 };
  const workers = reportWorkers(timeline, seen, `${pollFrequency}s`);
  const serving = await onThisSystem(() =>
    serve(workers, {
      ...{ url: system.url, subscription: SIGNALS_SUBSCRIPTION },
      ...{ concurrency: CONCURRENCY, handleSignals: false },
    }),
  );
  try {
    const lro = createOperations({ url: system.url });
    const input = { title: 'Annual report', pages: children };
    const { name } = await lro.create(report, input, { operationId });
    timeline.note('client', `created ${name}`);
    const { state } = await watching.completed;
    const { waits } = await inspect(system, name);
    const executions = system.executor.executions();
    return {
      operation: name,
      state,
      children,
      resumes: watching.resumes.size,
      resumedBy: waits[0]?.resumedBy ?? '',
      completions: watching.completions.length,
      workflowExecutions: executions.length,
      workflowSteps: executions.reduce((sum, { steps }) => sum + steps, 0),
      resumeLatencyMs: Math.round(seen.collected - seen.lastPage),
    };
  } finally {
    await Promise.all([serving.stop(), watching.stop()]);
  }
}

/** A shell may name another system, such as the one that `npm start` serves beside this one. */
function onThisSystem<T>(start: () => T): T {
  const { PUBSUB_EMULATOR_HOST } = process.env;
  delete process.env.PUBSUB_EMULATOR_HOST;
  try {
    return start();
  } finally {
    if (PUBSUB_EMULATOR_HOST !== undefined) process.env.PUBSUB_EMULATOR_HOST = PUBSUB_EMULATOR_HOST;
  }
}

/** Counts what is published about one operation. */
async function watchMessages(system: LocalSystem, timeline: Timeline, name: string) {
  const resumes = new Set<string>();
  const completions: Completion[] = [];
  let complete: (completion: Completion) => void = () => {};
  const completed = new Promise<Completion>((resolve) => {
    complete = resolve;
  });
  const following = await Promise.all([
    system.follow(DEFAULT_TOPICS.completions, async (message) => {
      const completion = readCompletion(message);
      if (completion.operation !== name) return;
      completions.push(completion);
      timeline.note('subscriber', `${name} is ${completion.state}: ${JSON.stringify(completion.response)}`);
      complete(completion);
    }),
    system.follow(DEFAULT_TOPICS.signals, async (message) => {
      const { operation, kind, eventId } = readSignal(message);
      if (operation === name && kind === 'RESUME') resumes.add(eventId);
    }),
  ]);
  const stop = () => Promise.all(following.map((one) => one.stop()));
  return { resumes, completions, completed, stop };
}
