/** Time and transactions to finish all children of one parent, and the exponent with which they grow: 1 is linear. */
import { join } from 'node:path';
import pMap from 'p-map';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';
import { withFolder } from '../embedded/scratch.ts';
import { printTable } from '../table.ts';

const COUNTS = [10, 100, 1_000, 10_000];
/** How many children end at the same time. */
const CONCURRENCY = 64;
const WAITING = { policy: { kind: 'ALL_DONE' }, externals: [], pollFrequency: 10_000 } as const;

export async function run(): Promise<void> {
  await finishAll(1_000);
  const results: { count: number; ms: number; transactions: number }[] = [];
  for (const count of COUNTS) results.push({ count, ...(await finishAll(count)) });
  printTable(
    ['children', 'ms', 'transactions', 'transactions a child'],
    results.map(({ count, ms, transactions }) => [
      count,
      ms.toFixed(0),
      transactions,
      (transactions / count).toFixed(2),
    ]),
  );
  const of = (key: 'ms' | 'transactions') =>
    slope(results.map((result) => [Math.log(result.count), Math.log(result[key])]));
  console.log(
    `exponent of the time ${of('ms').toFixed(2)}, of the transactions ${of('transactions').toFixed(2)}`,
  );
}

function finishAll(count: number): Promise<{ ms: number; transactions: number }> {
  return withFolder(async (folder) => {
    const store = await openSqliteStore({ file: join(folder, 'scale.db') });
    let transactions = 0;
    const counting: OperationStore = {
      ...store,
      commit: (reads, decide) => {
        transactions++;
        return store.commit(reads, decide);
      },
      removeEffects: (...removals) => {
        transactions++;
        return store.removeEffects(...removals);
      },
    };
    let resumes = 0;
    const orchestrator = orchestratorOn(counting, () => resumes++);
    const children = Array.from({ length: count }, (_, index): OperationName => `operations/child-${index}`);
    const now = Date.now();
    const terms = { ...WAITING, childCount: count, deadline: now + 86_400_000 };
    await applyEvent(orchestrator, {
      ...headerAt(now, 'operations/parent', 'wait'),
      type: 'waiting',
      terms,
      children,
      spawn: [],
    });
    transactions = 0;
    const start = performance.now();
    await pMap(
      children,
      (child) =>
        applyEvent(orchestrator, {
          ...headerAt(now, child, 'done'),
          type: 'succeeded',
          response: EMPTY_RESPONSE,
        }),
      { concurrency: CONCURRENCY },
    );
    const ms = performance.now() - start;
    await store.close();
    if (resumes !== 1) throw new Error(`the parent was resumed ${resumes} times`);
    return { ms, transactions };
  });
}

function orchestratorOn(store: OperationStore, resumed: () => void): Orchestrator {
  const nothing = async () => {};
  return createOrchestrator({
    store,
    publisher: {
      publishCompletion: nothing,
      publishSignal: async () => resumed(),
      publishDeadLetter: nothing,
      close: nothing,
    },
    launcher: { launch: async () => 'execution', isRunning: async () => true, stop: nothing, close: nothing },
    resumeCaller: { call: nothing },
    now: Date.now,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    timer: NO_TIMER,
    random: Math.random,
    policy: DEFAULT_POLICY,
  });
}

/** The slope of the line that fits the points best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return above / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
