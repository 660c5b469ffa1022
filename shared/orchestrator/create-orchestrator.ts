import { NO_TELEMETRY } from '../telemetry/telemetry.ts';
import { CoalescedRuns } from './coalesced-runs.ts';
import { carryOut } from './effects/carry-out.ts';
import type { Orchestrator, Ports } from './orchestrator.ts';
import { RetryBudget } from './retry-budget.ts';

/** Creates the orchestrator of one process from its ports. */
export function createOrchestrator(ports: Ports): Orchestrator {
  return {
    ...ports,
    telemetry: ports.telemetry ?? NO_TELEMETRY,
    settlements: new CoalescedRuns(),
    retryBudget: new RetryBudget(ports.policy.retriesPerSecond),
    carryOut,
  };
}
