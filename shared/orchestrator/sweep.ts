/**
 * The net below everything else: delivers what a crash left undelivered, and ends waits whose deadline passed without
 * anybody noticing. Bounded work a run; two runs at once do nothing twice, since all that it calls is safe to repeat.
 */
import pMap from 'p-map';
import type { OutboxEntry } from '../lifecycle/effect.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { deliver } from './effects/deliver.ts';
import type { Orchestrator } from './orchestrator.ts';
import { settleWait } from './settle-wait.ts';

export interface SweepReport {
  /** Operations whose outbox was delivered. */
  readonly delivered: number;
  /** Waits that were ended. */
  readonly resumed: number;
  /** Operations and waits that have to be tried again. */
  readonly failed: number;
}

/** How many outbox rows, and how many waits, one run takes. */
const BATCH = 500;
const CONCURRENCY = { concurrency: 16 };

export async function sweep(orchestrator: Orchestrator): Promise<SweepReport> {
  const { store } = orchestrator;
  const now = orchestrator.now();
  const due = byOperation(await store.dueEffects(now, BATCH));
  const delivered = await pMap(
    due,
    ([name, entries]) => deliverDue(orchestrator, name, entries),
    CONCURRENCY,
  );
  const overdue = await store.overdueWaits(now, BATCH);
  const settled = await pMap(
    overdue,
    (ref) => tried(orchestrator, () => settleWait(orchestrator, ref, 'sweep')),
    CONCURRENCY,
  );
  return {
    delivered: delivered.filter((result) => result !== undefined).length,
    resumed: settled.filter((result) => result?.resumed).length,
    failed: [...delivered, ...settled].filter((result) => result === undefined).length,
  };
}

async function deliverDue(orchestrator: Orchestrator, name: OperationName, entries: readonly OutboxEntry[]) {
  return tried(orchestrator, async () => {
    const operation = await orchestrator.store.operation(name);
    if (operation) await deliver(orchestrator, { operation, effects: entries });
    return true;
  });
}

/** One that fails must not keep the others waiting: it is there again in the next run. */
async function tried<T>({ log }: Orchestrator, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (err) {
    log.warn({ err }, 'sweep could not finish one of its operations');
    return undefined;
  }
}

function byOperation(entries: readonly OutboxEntry[]): [OperationName, OutboxEntry[]][] {
  const groups = new Map<OperationName, OutboxEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.operation);
    if (group) group.push(entry);
    else groups.set(entry.operation, [entry]);
  }
  return [...groups];
}
