/**
 * `npm run bench -- open-waits [COUNT]`: measures COUNT open waits at once (default: 100,000), while Google's quota allows 10,000
 * executions. Measures how long they take to begin, the runs of `sweep` while all are open, and how long their children take to
 * end them.
 */
import { join } from 'node:path';
import pMap from 'p-map';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { executorLauncher } from '../../local/embedded/launcher.ts';
import { deployParallelPoll } from '../../local/parallel-poll.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { DEFAULT_POLICY } from '../../shared/orchestrator/orchestrator.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { withFolder } from '../embedded/scratch.ts';
import { printTable } from '../table.ts';

const DEFAULT_COUNT = 100_000;
const CONCURRENCY = { concurrency: 64 };
const DAY = 86_400_000;

export async function run([count]: readonly string[] = []): Promise<void> {
  await withFolder((folder) => measure(folder, Number(count ?? DEFAULT_COUNT)));
}

async function measure(folder: string, count: number): Promise<void> {
  const store = await openSqliteStore({ file: join(folder, 'waits.db') });
  // The clock of the workflows stands still, so that the executions stay open.
  const executor = new Executor({ clock: new VirtualClock({ auto: false }) });
  await deployParallelPoll(executor);
  const hosts = new AllowedHosts([]);
  const target = { resumeUrl: 'https://resume.example.com', resumeAudience: 'a', push: true, hosts };
  let resumes = 0;
  const nothing = async () => {};
  const orchestrator = createOrchestrator({
    store,
    publisher: {
      publishCompletion: nothing,
      publishSignal: async ({ kind }) => {
        if (kind === 'RESUME') resumes++;
      },
      publishDeadLetter: nothing,
      close: nothing,
    },
    launcher: executorLauncher(executor, () => target),
    resumeCaller: { call: nothing },
    now: Date.now,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    timer: NO_TIMER,
    random: Math.random,
    policy: DEFAULT_POLICY,
  });
  const apply = (operation: OperationName, eventId: string, body: WorkerEvent) => {
    const event = { ...headerAt(Date.now(), operation, eventId), ...body } as LifecycleEvent;
    return applyEvent(orchestrator, event);
  };
  const indexes = Array.from({ length: count }, (_, index) => index);
  const rows: (readonly [string, string])[] = [];
  const timed = async (what: string, work: () => Promise<unknown>, each: number) => {
    const start = performance.now();
    await work();
    const ms = performance.now() - start;
    rows.push([
      what,
      each > 1
        ? `${(ms / 1000).toFixed(1)} s, ${((ms / each) * 1000).toFixed(0)} µs each`
        : `${ms.toFixed(0)} ms`,
    ]);
  };
  const begin = (index: number) =>
    apply(`operations/p-${index}`, 'w', {
      ...{ type: 'waiting', children: [`operations/c-${index}`], spawn: [] },
      terms: {
        ...{ policy: { kind: 'ALL_DONE' }, childCount: 1, externals: [], pollFrequency: 10_000 },
        deadline: Date.now() + DAY,
      },
    });
  await timed(`${count} waits begin`, () => pMap(indexes, begin, CONCURRENCY), count);
  const waits = await pMap(
    indexes,
    (index) => store.wait({ operation: `operations/p-${index}`, waitId: 'w' }),
    CONCURRENCY,
  );
  const launched = waits.filter((wait) => wait?.execution).length;
  const refused = waits.filter((wait) => wait?.refusal).length;
  rows.push(['with an execution, without one', `${launched}, ${refused}`]);
  await timed('a sweep beside them', () => sweep(orchestrator), 1);
  const end = (index: number) =>
    apply(`operations/c-${index}`, 'end', { type: 'succeeded', response: EMPTY_RESPONSE });
  await timed('their children end', () => pMap(indexes, end, CONCURRENCY), count);
  rows.push(['resumed', String(resumes)]);
  printTable(['open waits', ''], rows);
  await executor.close();
  await store.close();
  if (resumes !== count) throw new Error(`${resumes} of ${count} waits were resumed`);
}
