/**
 * Sweep: carries out everything that is due, both outbox entries that a crash left behind and operations whose timers
 * have run out. Its work per run is bounded. Two concurrent runs do nothing twice, because everything they call is safe
 * to repeat.
 */
import pMap from 'p-map';
import type { OutboxEntry } from '../lifecycle/effect.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { deliver } from './effects/deliver.ts';
import { type Look, lookAt } from './look-at.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { DueOperation } from './ports/due-work.ts';

export interface SweepReport {
  /** Operations whose outbox entries were delivered. */
  readonly delivered: number;
  /** Waits that were ended. */
  readonly resumed: number;
  /**
   * Operations that a due timer changed and that are still active: a new attempt, a signal that was sent again, or the
   * last resort.
   */
  readonly retried: number;
  /** Operations whose work failed and has to be tried again. */
  readonly failed: number;
  /** How long the longest overdue effect had been due when the sweep began, or 0 if none was due. */
  readonly oldestOutboxAgeSeconds: number;
}

/** The number of outbox entries, and of operations, in one batch. */
const BATCH = 500;
/** The number of batches of each kind of work in one run, so that the run ends within the function's time limit. */
const MAX_BATCHES = 20;
/** The time limit of one run, in milliseconds. */
const MAX_RUN_MS = 40_000;
const CONCURRENCY = { concurrency: 16 };

export function sweep(orchestrator: Orchestrator): Promise<SweepReport> {
  return orchestrator.telemetry.span('sweep', {}, () => sweepDue(orchestrator));
}

async function sweepDue(orchestrator: Orchestrator): Promise<SweepReport> {
  const { store, now, policy } = orchestrator;
  const oldestOutboxAgeSeconds = await measureBacklog(orchestrator);
  const sweptSince = await store.noteSweep(now(), policy.maxSweepGapMs);
  const stopTime = now() + MAX_RUN_MS;
  // Operations run beside the outbox: a slow effect does not delay deadlines.
  const [looks, delivered] = await Promise.all([
    inBatches(
      orchestrator,
      stopTime,
      (time) => store.dueOperations(time, BATCH),
      (due) => look(orchestrator, due, sweptSince),
    ),
    inBatches(
      orchestrator,
      stopTime,
      async (time) => byOperation(await store.dueEffects(time, BATCH)),
      ([name, entries]) => deliverDue(orchestrator, name, entries),
    ),
    expire(orchestrator, stopTime),
  ]);
  const count = (kind: Look) => looks.filter((result) => result === kind).length;
  return {
    delivered: delivered.filter((result) => result !== undefined).length,
    resumed: count('RESUMED'),
    retried: count('RETRIED'),
    failed: [...looks, ...delivered].filter((result) => result === undefined).length,
    oldestOutboxAgeSeconds,
  };
}

/** The counts of the backlog stop at this number, which bounds the cost of a count. */
const MAX_COUNTED = 10_000;

/** Measures the backlog before this run works it off. Returns the age of the longest overdue effect, in seconds. */
async function measureBacklog({ store, now, telemetry }: Orchestrator): Promise<number> {
  const time = now();
  const backlog = await store.backlog(time, telemetry.isOn ? MAX_COUNTED : 0);
  const ageOf = (due: number | undefined) => (due === undefined ? 0 : Math.max(0, time - due) / 1_000);
  const outboxAge = ageOf(backlog.oldestEffectTime);
  telemetry.set('lro.waits.open', backlog.openWaits);
  telemetry.set('lro.executions.held', backlog.heldExecutions);
  telemetry.set('lro.due.backlog', backlog.operations);
  telemetry.set('lro.due.age', ageOf(backlog.oldestOperationTime));
  telemetry.set('lro.outbox.backlog', backlog.effects);
  telemetry.set('lro.outbox.age', outboxAge);
  return outboxAge;
}

/** Reads what is due, a batch at a time, until nothing is left except what has failed in this run. */
async function inBatches<T, R>(
  { now }: Orchestrator,
  stopTime: number,
  read: (time: number) => Promise<readonly T[]>,
  work: (item: T) => Promise<R | undefined>,
): Promise<(R | undefined)[]> {
  const results: (R | undefined)[] = [];
  for (let batch = 0; batch < MAX_BATCHES && now() < stopTime; batch++) {
    const due = await read(now());
    if (due.length === 0) break;
    const done = await pMap(due, work, CONCURRENCY);
    results.push(...done);
    if (done.every((result) => result === undefined)) break;
  }
  return results;
}

/** An operation that cannot be removed now can be removed in the next run. */
async function expire({ store, now, log }: Orchestrator, stopTime: number): Promise<void> {
  try {
    for (let batch = 0; batch < MAX_BATCHES && now() < stopTime; batch++) {
      if (!(await store.expire(now()))) return;
    }
  } catch (err) {
    log.warn({ err }, 'sweep could not remove expired operations');
  }
}

function look(orchestrator: Orchestrator, due: DueOperation, sweptSince: number): Promise<Look | undefined> {
  return tried(orchestrator, due.name, () => lookAt(orchestrator, due, sweptSince));
}

function deliverDue(orchestrator: Orchestrator, name: OperationName, entries: readonly OutboxEntry[]) {
  return tried(orchestrator, name, async () => {
    const operation = await orchestrator.store.operation(name);
    if (operation) await deliver(orchestrator, { operation, effects: entries });
    return true;
  });
}

/** One failure must not hold up the others. The next run finds it again. */
async function tried<T>(
  { log }: Orchestrator,
  operation: OperationName,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (err) {
    log.warn({ operation, err }, 'sweep could not finish one of its operations');
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
