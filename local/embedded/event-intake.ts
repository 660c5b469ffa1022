import { handleMessage } from '../../functions/on-lifecycle-event.ts';
import type { Tenant } from '../../shared/orchestrator/tenants.ts';
import { DEFAULT_TOPICS, subscriptionsOf, topicsOf } from '../../shared/pubsub/topology.ts';
import type { Bus } from '../bus/bus.ts';
import type { EventOrchestrator } from './event-orchestrator.ts';
import type { UsageCounter } from './usage-counter.ts';

/**
 * The number of events that are applied at once. Events that wait for a commit at the same time share it. With more events
 * than a commit takes, other calls queue behind them: during a burst, GetOperation took 80 ms with 500, and 370 ms with
 * 4,000.
 */
const MAX_EVENTS = 500;

export interface EventIntakeParts {
  readonly bus: Bus;
  readonly tenants: readonly Tenant[];
  readonly orchestrator: EventOrchestrator;
  readonly usage: UsageCounter;
}

/** Calls the function `on-lifecycle-event` with each message of the lifecycle topics, those of tenants included. */
export function consumeEvents({ bus, tenants, orchestrator, usage }: EventIntakeParts): void {
  for (const tenant of [undefined, ...tenants]) {
    const topic = topicsOf(DEFAULT_TOPICS, tenant).lifecycle;
    bus.consume(
      subscriptionsOf(tenant).lifecycle,
      (message) => {
        usage.count('events');
        return handleMessage({ orchestrator: orchestrator.current }, message, topic);
      },
      { maxOutstanding: MAX_EVENTS, isAhead: () => orchestrator.isAhead },
    );
  }
}
