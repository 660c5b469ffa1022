/** The facts of an operation, which are the same in every state. operation.ts has what differs from state to state. */
import type { AllFields } from './all-fields.ts';
import type { Attempts } from './attempt.ts';
import type { DispatchTerms } from './dispatch.ts';
import type { EventOrder, Register } from './event-order.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { WaitCause } from './wait.ts';

/** The fields that `created` sets. */
export interface Creation {
  readonly method: string;
  readonly parent?: OperationName;
  readonly labels: Readonly<Record<string, string>>;
  /** How long the terminal operation is kept, in milliseconds. If absent, the deployment's default applies. */
  readonly ttl?: number;
  /** The input of the work. START brings it to the worker. */
  readonly input?: AnyValue;
  /** Present if the orchestrator starts the work. */
  readonly dispatch?: DispatchTerms;
  /** How long the whole operation may take, in milliseconds, and its deadline in milliseconds since the epoch. */
  readonly timeoutMs?: number;
  readonly deadline?: number;
  /** The operation that this one runs again. */
  readonly rerunOf?: OperationName;
  /** Only in a rerun: children that succeeded in the earlier run are taken over, by their keys, instead of spawned again. */
  readonly keepsSucceeded?: boolean;
}

/** Whether a cancel was requested, and whether it has ended a wait. One request ends at most one wait. */
export type CancelRequest = 'NONE' | 'REQUESTED' | 'ENDED_A_WAIT';

/** Why an operation is resumed at its `catchPoint`. */
export type CatchCause = 'TRIES' | 'DEADLINE' | 'CANCEL';

/** The last resort of an operation: one more RESUME, to undo or to report, before the operation ends with `error`. */
export interface LastResort {
  readonly cause: CatchCause;
  readonly error: Status;
  /** The deadline of the last resort: milliseconds since the epoch. */
  readonly deadline: number;
}

/** What made the current attempt. The next try repeats it. */
export type Resumption =
  | { readonly kind: 'START' }
  | { readonly kind: 'WAIT'; readonly waitId: string; readonly cause: WaitCause }
  | { readonly kind: 'CATCH' };

/** An order to the children of an operation to stop. It also reaches children that are created later. */
export interface ChildrenStop {
  /** The id of the event that requests their cancel. */
  readonly eventId: string;
}

/** The facts of an operation, in every state. Times are milliseconds since the epoch. */
export interface OperationFacts {
  readonly name: OperationName;
  /** Absent while only other events of the operation have arrived. */
  readonly creation?: Register<Creation>;
  readonly metadata?: Register<AnyValue>;
  readonly checkpoint?: Register<Uint8Array>;
  readonly resumePoint?: Register<string>;
  readonly cancelRequest: CancelRequest;
  /** When a cancel was first requested. */
  readonly cancelTime?: number;
  readonly childrenStop?: ChildrenStop;
  readonly attempts: Attempts;
  /**
   * The number of tries since `created`, since the end of the last wait, or since the last change of `resumePoint`. It includes
   * the current attempt.
   */
  readonly tries: number;
  readonly resumption: Resumption;
  readonly lastResort?: LastResort;
  /** The number of kept notifications that no wait has taken. */
  readonly keptNotifications: number;
  /** The newest `waiting` event that began a wait. An older one that arrives late begins no wait. */
  readonly lastWait?: EventOrder;
  /** The W3C `traceparent` that what is done for the operation belongs to: of its `created`, or of its newest wait. */
  readonly trace?: string;
  readonly createTime: number;
  readonly updateTime: number;
}

/** The resumption of an operation that no wait and no last resort has resumed. */
export const START: Resumption = { kind: 'START' };

/** The terms by which the orchestrator starts the work, leases it and tries it again, or undefined if it does not. */
export function dispatchOf({ creation }: OperationFacts): DispatchTerms | undefined {
  return creation?.value.dispatch;
}

/** The facts of an operation of which only the name, the times and the attempts are known. */
export function factsOf(
  name: OperationName,
  createTime: number,
  updateTime: number,
  attempts: Attempts,
  tries: number,
): OperationFacts {
  return {
    name,
    creation: undefined,
    metadata: undefined,
    checkpoint: undefined,
    resumePoint: undefined,
    cancelRequest: 'NONE',
    cancelTime: undefined,
    childrenStop: undefined,
    attempts,
    tries,
    resumption: START,
    lastResort: undefined,
    keptNotifications: 0,
    lastWait: undefined,
    trace: undefined,
    createTime,
    updateTime,
  } satisfies AllFields<OperationFacts>;
}
