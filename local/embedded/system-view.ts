/** The state of the embedded system, as the console shows it. */
import type { Backlog, SweepRun, SystemView } from '../../console/server/system-view.ts';
import type { Executor } from '../../executor/index.ts';
import { LIMITS } from '../../executor/limits.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import type { Tenant } from '../../shared/orchestrator/tenants.ts';
import { subscriptionsOf } from '../../shared/pubsub/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { DeadLetterInboxes } from './dead-letter-inboxes.ts';
import type { UsageCounter } from './usage-counter.ts';

export interface EmbeddedParts {
  readonly bus: Bus;
  readonly tenants: readonly Tenant[];
  readonly executor: Executor;
  readonly store: OperationStore;
  readonly usage: UsageCounter;
  readonly now: () => number;
  readonly parts: () => Readonly<Record<string, string>>;
  readonly lastSweep: () => SweepRun | undefined;
  readonly sweepIntervalMs: number;
  /** Whether the data of dead letters is not shown. */
  readonly hidesData: boolean;
}

const SUBSCRIPTIONS: readonly (readonly [of: keyof ReturnType<typeof subscriptionsOf>, what: string])[] = [
  ['lifecycle', 'events to apply'],
  ['signals', 'signals that no worker has acknowledged'],
  ['completions', 'completions that no subscriber has acknowledged'],
  ['deadLetters', 'events that could not be applied'],
];
/** The effects are counted up to this number. */
const MAX_COUNT = 1_000;

export function embeddedSystemView(system: EmbeddedParts): SystemView {
  const { bus, tenants, executor, store, usage, now } = system;
  const inboxes = new DeadLetterInboxes(bus, tenants, { hidesData: system.hidesData });
  const startTime = now();

  const effects = async () => {
    const due = await store.dueEffects(now(), MAX_COUNT + 1);
    return {
      name: 'outbox',
      what: 'effects that are due to be carried out again',
      count: Math.min(due.length, MAX_COUNT),
      more: due.length > MAX_COUNT,
      isOptional: false,
    };
  };

  return {
    async status() {
      const executions = executor.executions();
      const active = executions.filter(({ state }) => state === 'ACTIVE').length;
      const steps = executions.reduce((sum, execution) => sum + execution.steps, 0);
      return {
        parts: system.parts(),
        startTime,
        backlogs: [...[undefined, ...tenants].flatMap((tenant) => backlogsOf(bus, tenant)), await effects()],
        lastSweep: system.lastSweep(),
        sweepIntervalMs: system.sweepIntervalMs,
        executions: { active, quota: LIMITS.concurrentExecutions },
        usage: { ...usage.usage(), steps },
        memoryBytes: process.memoryUsage().rss,
      };
    },
    deadLetters: (limit) => inboxes.list(limit),
    publishAgain: (id, data) => inboxes.publishAgain(id, data),
    discard: (id) => inboxes.discard(id),
  };
}

/** The backlogs of a tenant's subscriptions, or of the common ones if there is no tenant. */
function backlogsOf(bus: Bus, tenant: Tenant | undefined): readonly Backlog[] {
  const names = subscriptionsOf(tenant);
  return SUBSCRIPTIONS.map(([of, what]) => ({
    name: names[of],
    what,
    ...bus.registry.subscription(names[of]).unacknowledged,
    isOptional: of === 'completions',
  }));
}
