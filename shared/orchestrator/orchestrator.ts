import type { AllowedHosts } from '../messages/allowed-hosts.ts';
import type { PayloadLimits } from '../messages/limits.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { CoalescedRuns } from './coalesced-runs.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import type { WorkflowLauncher } from './ports/launcher.ts';
import type { OperationOverview } from './ports/overview.ts';
import type { Publisher } from './ports/publisher.ts';
import type { ResumeCaller } from './ports/resume-caller.ts';
import type { OperationStore } from './ports/store.ts';
import type { DueTimer } from './ports/timer.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Tenants } from './tenants.ts';

/** The log that use cases write to. Never payloads: names, ids and reasons only. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Policy {
  /** Whether a child's end ends its parents' waits at once. Off, the workflow's poll does it. */
  readonly push: boolean;
  /** How long a terminal operation is kept where `created` does not say, in milliseconds. */
  readonly defaultTtl: number;
  /** For which waits a workflow is launched: `external` for those with children of other services only. */
  readonly waitWorkflow: 'always' | 'external';
  /** How many retries of one method `sweep` releases a second. */
  readonly retriesPerSecond: number;
  /** A longer pause between two runs of `sweep` is a gap: what was silent meanwhile may not be lost. In milliseconds. */
  readonly maxSweepGapMs: number;
  /** How large payloads may be; DEFAULT_PAYLOAD_LIMITS where absent. */
  readonly payloads?: PayloadLimits;
  /** The hosts that events may name; none where absent. */
  readonly allowedHosts?: AllowedHosts;
  /** The tenants of the deployment; none where absent. */
  readonly tenants?: Tenants;
}

export const DEFAULT_POLICY: Policy = {
  push: true,
  defaultTtl: 30 * 86_400_000,
  waitWorkflow: 'always',
  retriesPerSecond: 100,
  maxSweepGapMs: 150_000,
};

/** The parts of a deployment that the use cases need. */
export interface Ports {
  readonly store: OperationStore;
  readonly publisher: Publisher;
  readonly launcher: WorkflowLauncher;
  readonly resumeCaller: ResumeCaller;
  readonly timer: DueTimer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly policy: Policy;
  /** Off where absent. */
  readonly telemetry?: Telemetry;
  /** What watches are served from; without it there are none. */
  readonly feed?: ChangeFeed;
  /** Summaries and statistics of operations; without it there are none. */
  readonly overview?: OperationOverview;
}

/** What every use case works with; one for each process. */
export interface Orchestrator extends Ports {
  readonly telemetry: Telemetry;
  /** Children that end at once ask once for all whether their parent's wait is over. */
  readonly settlements: CoalescedRuns;
  readonly retryBudget: RetryBudget;
}
