import { AllowedHosts } from '../messages/allowed-hosts.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../messages/limits.ts';
import { NO_REDACTION, type Redaction } from '../messages/redaction.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { CoalescedRuns } from './coalesced-runs.ts';
import type { Carried, Delivery, PendingEffect } from './effects/delivery.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import type { WorkflowLauncher } from './ports/launcher.ts';
import type { OperationOverview } from './ports/overview.ts';
import type { Publisher } from './ports/publisher.ts';
import type { ResumeCaller } from './ports/resume-caller.ts';
import type { OperationStore } from './ports/store.ts';
import type { DueTimer } from './ports/timer.ts';
import type { RetryBudget } from './retry-budget.ts';
import { NO_TENANTS, type Tenants } from './tenants.ts';

/** The log of the use cases. It never contains payloads, only names, ids and reasons. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Policy {
  /** Whether a child's end settles its parents' waits at once. If off, the workflow's poll settles them, or `sweep`. */
  readonly push: boolean;
  /** How long a terminal operation is kept if `created` does not say, in milliseconds. */
  readonly defaultTtl: number;
  /**
   * Which waits get a workflow. `always`: every wait with children or a sleep. `external`: only waits with children of
   * other services.
   */
  readonly waitWorkflow: 'always' | 'external';
  /** The number of retries of one method that `sweep` releases per second. */
  readonly retriesPerSecond: number;
  /**
   * A longer pause between two runs of `sweep` is a gap, in milliseconds. A lease that runs out during
   * a gap is not lost before `sweep` has run without a gap for as long as the lease.
   */
  readonly maxSweepGapMs: number;
  readonly payloads: PayloadLimits;
  /** The hosts that events may name. */
  readonly allowedHosts: AllowedHosts;
  readonly tenants: Tenants;
  /** What `:inspect`, `:explain`, summaries and the console leave out. */
  readonly redaction: Redaction;
}

export const DEFAULT_POLICY: Policy = {
  push: true,
  defaultTtl: 30 * 86_400_000,
  waitWorkflow: 'always',
  retriesPerSecond: 100,
  maxSweepGapMs: 150_000,
  payloads: DEFAULT_PAYLOAD_LIMITS,
  allowedHosts: new AllowedHosts([]),
  tenants: NO_TENANTS,
  redaction: NO_REDACTION,
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
  /** Off if absent. */
  readonly telemetry?: Telemetry;
  /** The feed that watches are served from. If absent, there are no watches. */
  readonly feed?: ChangeFeed;
  /** Summaries and statistics of operations. If absent, there are none. */
  readonly overview?: OperationOverview;
}

/** The ports and the state of a process that every use case receives. One object for each process. */
export interface Orchestrator extends Ports {
  readonly telemetry: Telemetry;
  /** Combines the settling of one wait: children that end at the same time settle their parent's wait once. */
  readonly settlements: CoalescedRuns;
  readonly retryBudget: RetryBudget;
  /**
   * Carries out one effect. Set by `createOrchestrator`, because effects apply events, whose effects are delivered in turn:
   * with an import, the modules would form a circle.
   */
  readonly carryOut: (
    orchestrator: Orchestrator,
    delivery: Delivery,
    pending: PendingEffect,
  ) => Promise<Carried>;
}
