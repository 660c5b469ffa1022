/** Why an operation is not done, or why it ended as it did. Times are milliseconds since the epoch. */
import type { OperationState } from '../../lifecycle/operation.ts';
import type { CatchCause } from '../../lifecycle/operation-facts.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Status } from '../../lifecycle/result.ts';
import type { FailedPoll } from '../../lifecycle/wait.ts';
import type { AttemptError } from '../ports/history-entry.ts';

/** What a leaf waits for. */
export type AwaitedThing =
  /** The signal of the attempt was sent, and no worker has taken it. */
  | {
      readonly kind: 'SIGNAL';
      readonly signal: 'START' | 'RESUME';
      /** The method that the worker must have, and the resume point that it must know. */
      readonly method?: string;
      readonly resumePoint?: string;
      readonly attempt: number;
      /** How often it was sent. */
      readonly sends: number;
      /** How often the publish has failed. Absent if the signal was published. */
      readonly failedDeliveries?: number;
      /** When the cancel of the operation was requested. Absent as for WORKER. */
      readonly cancelTime?: number;
    }
  /** A worker holds the operation. */
  | {
      readonly kind: 'WORKER';
      readonly attempt: number;
      readonly worker?: string;
      readonly lastResort?: CatchCause;
      /** When it was asked to stop. Absent if it was not, or if the last resort answers the request. */
      readonly cancelTime?: number;
    }
  /** The lease of a worker has expired. The orchestrator has not ended the attempt yet. */
  | {
      readonly kind: 'LOST_LEASE';
      readonly attempt: number;
      readonly worker?: string;
      readonly cancelTime?: number;
    }
  /** An attempt failed: the next try begins after a pause. */
  | {
      readonly kind: 'BACKOFF';
      readonly attempt: number;
      readonly tries: number;
      readonly maxTries: number;
      /** The error of the failed attempt. Absent if the attempt was lost. */
      readonly error?: AttemptError;
    }
  /** The wait's sleep is not over. */
  | { readonly kind: 'SLEEP'; readonly waitId: string }
  /** A child that does not exist. `spawned`: whether the wait itself is to create it. */
  | { readonly kind: 'CREATION'; readonly waitId: string; readonly spawned: boolean }
  /** A child of another service, which a workflow polls. */
  | {
      readonly kind: 'EXTERNAL_OPERATION';
      readonly waitId: string;
      readonly endpoint: string;
      readonly failedPoll?: FailedPoll;
    }
  | {
      readonly kind: 'NOTIFICATION';
      readonly waitId: string;
      readonly notification: string;
      /** Names of notifications that have come and that the wait does not want, such as misspelled ones. Absent if there are none. */
      readonly unwanted?: readonly string[];
    }
  /** The wait is satisfied, and no call has ended it yet. */
  | { readonly kind: 'END_OF_WAIT'; readonly waitId: string };

/** What moves a leaf forward if no event comes first. `event`: only an event can. */
export interface Wakes {
  readonly by: 'event' | 'lease' | 'deadline' | 'sweep' | 'workflow' | 'retry';
  readonly time?: number;
  /** `time` is so long past that something is wrong. */
  readonly overdue?: true;
}

export interface Blocker {
  /** The name of the operation. A child of another service has the name in its own service. */
  readonly name: string;
  /** Absent for a child that does not exist, and for a child of another service. */
  readonly state?: OperationState;
  /** The operation that waits for this one. Absent for the operation that is explained. */
  readonly waiter?: OperationName;
  readonly waitsFor: AwaitedThing;
  readonly since: number;
  readonly wakes: Wakes;
  /** Why and when the launch of a workflow was refused. The wait goes on without a workflow. */
  readonly launchRefused?: { readonly reason: string; readonly time: number };
}

/** One operation in the chain of causes, and what ended it. */
export interface CauseStep {
  readonly name: string;
  readonly state: OperationState | 'NOT_FOUND' | 'TIMED_OUT';
  /** The type of the event that ended it, or the timer that ran out, such as `DEADLINE`. */
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
  /** From the operation to the first cause of its end. Empty if the operation is not terminal, or succeeded. */
  readonly causes: readonly CauseStep[];
  readonly completeTime?: number;
  /** The number of operations beyond MAX_NODES, which the explanation does not cover. */
  readonly more: number;
  /** When `sweep` last ran, or undefined if it never did. */
  readonly lastSweepTime?: number;
  /** Whether a blocker is overdue and `sweep` has not run for longer than `maxSweepGapMs`. */
  readonly sweepIsLate: boolean;
}

/** The number of operations that one explanation visits. The rest is only counted. */
export const MAX_NODES = 1_000;
