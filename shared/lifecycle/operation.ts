import type { AllFields } from './all-fields.ts';
import type { Attempts } from './attempt.ts';
import type { DispatchTerms } from './dispatch.ts';
import type { EventOrder, Register } from './event-order.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { OpenWait, WaitCause } from './wait.ts';

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

interface Terminal {
  readonly completeTime: number;
  /** When the store may remove the operation. */
  readonly expireTime: number;
  /** The event that ended the operation. */
  readonly terminalEventId: string;
}

/** How a running operation stands with its worker. Times are milliseconds since the epoch. */
export type Handover =
  /** Without dispatch: a worker has the work, and the orchestrator does not watch it. */
  | { readonly kind: 'UNWATCHED' }
  /**
   * The signal of the current attempt was sent, and no worker has taken the attempt. The signal is sent again at `resendTime`.
   */
  | { readonly kind: 'OFFERED'; readonly sends: number; readonly resendTime: number }
  /** A worker has taken the current attempt. */
  | { readonly kind: 'LEASED'; readonly leaseExpireTime: number }
  /** The operation is between two attempts. */
  | { readonly kind: 'BACKOFF'; readonly retryTime: number };

export type ActivePhase =
  | { readonly state: 'RUNNING'; readonly handover: Handover }
  | {
      readonly state: 'WAITING';
      readonly wait: OpenWait;
      /** When `sweep` next looks at the wait, at the latest at its deadline. */
      readonly lookTime: number;
    };

export type TerminalPhase = Terminal &
  (
    | { readonly state: 'SUCCEEDED'; readonly response: AnyValue }
    | { readonly state: 'FAILED'; readonly error: Status }
    | { readonly state: 'CANCELLED'; readonly error: Status }
  );

/** A deleted operation: callers no longer see it. Until `expireTime` a marker remains that answers late events and parents. */
export interface DeletedPhase {
  readonly state: 'DELETED';
  readonly deleteTime: number;
  readonly expireTime: number;
}

export type OperationState = ActivePhase['state'] | TerminalPhase['state'];
export type TerminalState = TerminalPhase['state'];
/** Whether the operation has ended: no event changes its state any more. */
export type FinalState = TerminalState | DeletedPhase['state'];

export type ActiveOperation = OperationFacts & ActivePhase;
export type RunningOperation = OperationFacts & Extract<ActivePhase, { state: 'RUNNING' }>;
export type WaitingOperation = OperationFacts & Extract<ActivePhase, { state: 'WAITING' }>;
export type TerminalOperation = OperationFacts & TerminalPhase;
/** The marker keeps only the name and the times. */
export type DeletedOperation = OperationFacts & DeletedPhase;
/** The operation as callers see it, or undefined if it was deleted. */
export type LiveOperation = ActiveOperation | TerminalOperation;
export type Operation = LiveOperation | DeletedOperation;

/** The fields of all phases. An operation has the fields of the other phases as well, with the value undefined. */
interface PhaseFields {
  readonly state: Operation['state'];
  readonly handover?: Handover;
  readonly wait?: OpenWait;
  readonly lookTime?: number;
  readonly response?: AnyValue;
  readonly error?: Status;
  readonly completeTime?: number;
  readonly expireTime?: number;
  readonly terminalEventId?: string;
  readonly deleteTime?: number;
}

/**
 * Returns the same operation in another phase. `updateTime` is that of the operation unless it is given.
 *
 * Invariant: every operation comes from here, with the same fields in the same order. Every event reads and copies operations, and
 * that is fast only for objects of one shape.
 */
export function inPhase<P extends ActivePhase | TerminalPhase | DeletedPhase>(
  facts: OperationFacts,
  phase: P,
  updateTime = facts.updateTime,
): OperationFacts & P {
  const fields: PhaseFields = phase;
  const operation: OperationFacts & PhaseFields = {
    name: facts.name,
    creation: facts.creation,
    metadata: facts.metadata,
    checkpoint: facts.checkpoint,
    resumePoint: facts.resumePoint,
    cancelRequest: facts.cancelRequest,
    cancelTime: facts.cancelTime,
    childrenStop: facts.childrenStop,
    attempts: facts.attempts,
    tries: facts.tries,
    resumption: facts.resumption,
    lastResort: facts.lastResort,
    keptNotifications: facts.keptNotifications,
    lastWait: facts.lastWait,
    trace: facts.trace,
    createTime: facts.createTime,
    updateTime,
    state: fields.state,
    handover: fields.handover,
    wait: fields.wait,
    lookTime: fields.lookTime,
    response: fields.response,
    error: fields.error,
    completeTime: fields.completeTime,
    expireTime: fields.expireTime,
    terminalEventId: fields.terminalEventId,
    deleteTime: fields.deleteTime,
  } satisfies AllFields<OperationFacts & PhaseFields>;
  return operation as OperationFacts & P;
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

/** The resumption of an operation that no wait and no last resort has resumed. */
export const START: Resumption = { kind: 'START' };
/** The handover of an operation without dispatch. */
export const UNWATCHED: Handover = { kind: 'UNWATCHED' };

/** Whether the orchestrator starts the work, leases it and tries it again. */
export function dispatchOf({ creation }: OperationFacts): DispatchTerms | undefined {
  return creation?.value.dispatch;
}

export function isTerminal(operation: Operation): operation is TerminalOperation {
  return !isActive(operation) && !isDeleted(operation);
}

export function isActive(operation: Operation): operation is ActiveOperation {
  return operation.state === 'RUNNING' || operation.state === 'WAITING';
}

export function isDeleted(operation: Operation): operation is DeletedOperation {
  return operation.state === 'DELETED';
}
