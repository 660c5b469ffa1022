import type { PayloadLimits } from '../messages/limits.ts';
import type { WorkflowLauncher } from './ports/launcher.ts';
import type { Publisher } from './ports/publisher.ts';
import type { ResumeCaller } from './ports/resume-caller.ts';
import type { OperationStore } from './ports/store.ts';

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
  /** How large payloads may be; DEFAULT_PAYLOAD_LIMITS where absent. */
  readonly payloads?: PayloadLimits;
}

/** What every use case works with. */
export interface Orchestrator {
  readonly store: OperationStore;
  readonly publisher: Publisher;
  readonly launcher: WorkflowLauncher;
  readonly resumeCaller: ResumeCaller;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  readonly policy: Policy;
}
