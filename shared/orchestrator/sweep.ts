/**
 * Sweep: carries out everything that is due, both outbox entries that a crash left behind and operations whose timers
 * have run out. Its work per run is bounded. Two concurrent runs do nothing twice, because everything they call is safe
 * to repeat.
 */
import type { OutboxEntry } from '../lifecycle/effect.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { DueBatches, type DueKind, MAX_BATCHES } from './due-batches.ts';
import { deliver } from './effects/deliver.ts';
import { type Look, lookAt } from './look-at.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { DueOperation } from './ports/due-work.ts';
import { SweepParts } from './sweep-parts.ts';
import type { SweepReport } from './sweep-report.ts';

/** The number of outbox entries, and of operations, in one batch. */
const BATCH = 500;
/** The time limit of one run, in milliseconds. */
const MAX_RUN_MS = 40_000;

/** @throws SweepIncomplete after the whole run, if a part of it failed */
export function sweep(orchestrator: Orchestrator): Promise<SweepReport> {
  return orchestrator.telemetry.span('sweep', {}, () => sweepDue(orchestrator));
}

async function sweepDue(orchestrator: Orchestrator): Promise<SweepReport> {
  const { store, now, policy, log } = orchestrator;
  const stopTime = now() + MAX_RUN_MS;
  const parts = new SweepParts(log);
  const oldestOutboxAgeSeconds = await parts.run('measure the backlog', () => measureBacklog(orchestrator));
  const sweptSince = await parts.run('record its run', () => store.noteSweep(now(), policy.maxSweepGapMs));
  const looks = new DueBatches(dueLooks(orchestrator, sweptSince));
  const deliveries = new DueBatches(dueDeliveries(orchestrator));
  // Operations run beside the outbox: a slow effect does not delay deadlines.
  await Promise.all([
    parts.run('look at all due operations', () => looks.workOff(orchestrator, stopTime)),
    parts.run('deliver the whole outbox', () => deliveries.workOff(orchestrator, stopTime)),
    parts.run('remove expired operations', () => expire(orchestrator, stopTime)),
  ]);
  const count = (kind: Look) => looks.done.filter((result) => result === kind).length;
  return parts.end({
    delivered: deliveries.done.length,
    resumed: count('RESUMED'),
    retried: count('RETRIED'),
    failed: looks.failed.size + deliveries.failed.size,
    oldestOutboxAgeSeconds,
  });
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

async function expire({ store, now }: Orchestrator, stopTime: number): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES && now() < stopTime; batch++) {
    if (!(await store.expire(now()))) return;
  }
}

/** The pause before an operation is looked at again whose look failed: it is over when the next run begins. */
const FAILED_LOOK_MS = 30_000;

function dueLooks(orchestrator: Orchestrator, sweptSince: number | undefined): DueKind<DueOperation, Look> {
  const { store, now } = orchestrator;
  return {
    read: (time) => store.dueOperations(time, BATCH),
    operationOf: ({ name }) => name,
    async work(due) {
      try {
        return await lookAt(orchestrator, due, sweptSince);
      } catch (error) {
        // What is longest overdue is read first. Operations that keep failing would fill each batch.
        // If the store is out of reach as well, the operation stays due.
        await store.postponeDue(due, now() + FAILED_LOOK_MS).catch(() => undefined);
        throw error;
      }
    },
  };
}

type OutboxOfOperation = readonly [name: OperationName, entries: readonly OutboxEntry[]];

function dueDeliveries(orchestrator: Orchestrator): DueKind<OutboxOfOperation, void> {
  const { store } = orchestrator;
  return {
    read: async (time) => byOperation(await store.dueEffects(time, BATCH)),
    operationOf: ([name]) => name,
    async work([name, effects]) {
      const operation = await store.operation(name);
      if (operation) await deliver(orchestrator, { operation, effects });
    },
  };
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
