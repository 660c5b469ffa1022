/**
 * One parent with children, driven as a user's worker drives them: the parent publishes events, waits, is resumed by a
 * signal, and completes. The system does everything else.
 */
import { randomUUID } from 'node:crypto';
import type { LocalSystem } from '../../local/system.ts';
import {
  type Completion,
  readCompletion,
  readSignal,
  type WorkerSignal,
} from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { inspect, type WaitInspection } from './inspection.ts';
import type { Timeline } from './timeline.ts';

export interface FanOutOptions {
  readonly children: number;
  /** In seconds. */
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
  /** The time from the last child's event to the RESUME of the parent's worker. */
  readonly resumeLatencyMs: number;
}

const METHOD = 'example.v1.Reports.CreateReport';
const CHILD_METHOD = 'example.v1.Reports.RenderPage';
/** The number of children whose workers publish at the same time. */
const CONCURRENT_WORKERS = 50;

export async function playFanOut(
  system: LocalSystem,
  timeline: Timeline,
  { children, pollFrequency }: FanOutOptions,
): Promise<FanOutReport> {
  const { lifecycle } = system;
  const id = randomUUID().slice(0, 8);
  const parent = lifecycle.operation(`operations/report-${id}`);
  const pages = Array.from({ length: children }, (_, index) =>
    lifecycle.operation(`operations/report-${id}-page-${index + 1}`),
  );

  const resumes: { signal: WorkerSignal; at: number }[] = [];
  const completions: Completion[] = [];
  let complete: (completion: Completion) => void = () => {};
  const completed = new Promise<Completion>((resolve) => {
    complete = resolve;
  });
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    const completion = readCompletion(message);
    if (completion.operation !== parent.name) return;
    completions.push(completion);
    timeline.note(
      'subscriber',
      `${parent.name} is ${completion.state}: ${JSON.stringify(completion.response)}`,
    );
    complete(completion);
  });
  const worker = await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const signal = readSignal(message);
    if (signal.operation !== parent.name || signal.kind !== 'RESUME') return;
    const isRepeat = resumes.some((resume) => resume.signal.eventId === signal.eventId);
    resumes.push({ signal, at: timeline.now() });
    const counts = JSON.stringify(signal.children.counts);
    timeline.note('worker', `RESUME (${signal.cause}) at "${signal.resumePoint}": ${counts}`);
    if (!isRepeat)
      await parent.succeed({ pages: signal.children.counts.SUCCEEDED ?? 0, title: title(signal) });
  });

  timeline.note('worker', `created ${parent.name}, and ${children} ${children === 1 ? 'child' : 'children'}`);
  await parent.create({ method: METHOD, metadata: { progress: 0 } });
  await eachOf(pages, (page) => page.create({ method: CHILD_METHOD, parent: parent.name }));
  await parent.wait({
    children: pages.map(({ name }) => name),
    pollFrequency,
    resumePoint: 'collect',
    checkpoint: { title: 'Annual report' },
  });
  await until(async () => (await openWait(system, parent.name))?.execution !== undefined);
  timeline.note('orchestrator', 'the parent is WAITING, its workflow runs');

  await eachOf(pages, (page, index) => page.succeed({ page: index + 1 }));
  const lastChild = timeline.now();
  timeline.note('workers', 'the last child has succeeded');

  const { state } = await completed;
  await Promise.all([subscriber.stop(), worker.stop()]);
  const { waits } = await inspect(system, parent.name);
  const executions = system.executor.executions();
  return {
    operation: parent.name,
    state,
    children,
    resumes: new Set(resumes.map(({ signal }) => signal.eventId)).size,
    resumedBy: waits[0]?.resumedBy ?? '',
    completions: completions.length,
    workflowExecutions: executions.length,
    workflowSteps: executions.reduce((sum, { steps }) => sum + steps, 0),
    resumeLatencyMs: Math.round((resumes[0]?.at ?? 0) - lastChild),
  };
}

function title({ checkpoint }: WorkerSignal): string {
  return (checkpoint.json() as { title: string }).title;
}

async function openWait(system: LocalSystem, name: string): Promise<WaitInspection | undefined> {
  return (await inspect(system, name).catch(() => undefined))?.waits.find(({ open }) => open);
}

async function eachOf<T>(
  items: readonly T[],
  visit: (item: T, index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += CONCURRENT_WORKERS) {
    const batch = items.slice(start, start + CONCURRENT_WORKERS);
    await Promise.all(batch.map((item, index) => visit(item, start + index)));
  }
}

/** Asks every 20 ms, for at most a minute. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); ) {
    if (Date.now() > end) throw new Error('the parent did not begin to wait within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
