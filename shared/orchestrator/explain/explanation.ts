/** Why an operation is not done, or why it ended as it did. Times are milliseconds since the epoch. */
import type { CatchCause, OperationState } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Status } from '../../lifecycle/result.ts';
import type { FailedPoll } from '../../lifecycle/wait.ts';

/** What a leaf waits for. */
export type AwaitedThing =
  /** The signal of the attempt was sent, and no worker has taken it. */
  | {
      readonly kind: 'SIGNAL';
      readonly signal: 'START' | 'RESUME';
      readonly attempt: number;
      /** How often it was sent. */
      readonly sends: number;
      /** It could not be published so often, and is not sent yet. */
      readonly failedDeliveries?: number;
    }
  /** A worker has the operation. */
  | {
      readonly kind: 'WORKER';
      readonly attempt: number;
      readonly worker?: string;
      readonly lastResort?: CatchCause;
    }
  /** The lease of a worker ran out: the attempt is lost, and the next one is to be made. */
  | { readonly kind: 'LOST_LEASE'; readonly attempt: number; readonly worker?: string }
  /** An attempt failed: the next try begins after a pause. */
  | { readonly kind: 'BACKOFF'; readonly attempt: number; readonly tries: number; readonly maxTries: number }
  /** A wait sleeps first, or only. */
  | { readonly kind: 'SLEEP'; readonly waitId: string }
  /** A child that nothing has created; `spawned` where the parent's own wait creates it. */
  | { readonly kind: 'CREATION'; readonly waitId: string; readonly spawned: boolean }
  /** A child of another service, which a workflow polls. */
  | {
      readonly kind: 'EXTERNAL_OPERATION';
      readonly waitId: string;
      readonly endpoint: string;
      readonly failedPoll?: FailedPoll;
    }
  | { readonly kind: 'NOTIFICATION'; readonly waitId: string; readonly notification: string }
  /** All that the wait waits for is there: it is to be ended. */
  | { readonly kind: 'END_OF_WAIT'; readonly waitId: string };

/** What wakes a leaf where no event comes before; `event` where only an event does. */
export interface Wakes {
  readonly by: 'event' | 'lease' | 'deadline' | 'sweep' | 'workflow' | 'retry';
  readonly time?: number;
  /** The time has passed, and nothing has come of it. */
  readonly overdue?: true;
}

export interface Blocker {
  /** The operation; a child of another service has the name that its own service knows. */
  readonly name: string;
  /** Absent for a child that does not exist, and for one of another service. */
  readonly state?: OperationState;
  /** The operation whose wait leads here; absent for the one that is explained. */
  readonly waiter?: OperationName;
  readonly waitsFor: AwaitedThing;
  readonly since: number;
  readonly wakes: Wakes;
  /** The wait goes on without a workflow execution, and why. */
  readonly launchRefused?: { readonly reason: string; readonly time: number };
}

/** One step from an operation that ended to what ended it. */
export interface CauseStep {
  readonly name: string;
  readonly state: OperationState | 'NOT_FOUND' | 'TIMED_OUT';
  /** What ended it: the type of the event, or what the clock brought. */
  readonly endedBy: string;
  readonly time?: number;
  readonly attempt?: number;
  readonly worker?: string;
  readonly error?: Pick<Status, 'code' | 'message'>;
}

export interface Explanation {
  readonly name: OperationName;
  readonly state: OperationState;
  /** The leaves that block it, those nearest to it first. */
  readonly blockedBy: readonly Blocker[];
  /** From the operation to the first cause of its end; empty for one that is not terminal, or has succeeded. */
  readonly causes: readonly CauseStep[];
  readonly completeTime?: number;
  /** How many operations were not looked at, because there are more than MAX_NODES. */
  readonly more: number;
  /** When `sweep` ran last; undefined where it never did. */
  readonly lastSweepTime?: number;
  /** `sweep` has not run for longer than it may pause, while something waits for it. */
  readonly sweepIsLate: boolean;
}

/** How many operations one explanation looks at; the rest is counted. */
export const MAX_NODES = 1_000;
