/** An operation: its facts, and the phase that it is in. */
import type { AllFields } from './all-fields.ts';
import type { OperationFacts } from './operation-facts.ts';
import type { AnyValue, Status } from './result.ts';
import type { OpenWait } from './wait.ts';

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

/** The handover of an operation without dispatch. */
export const UNWATCHED: Handover = { kind: 'UNWATCHED' };

export function isTerminal(operation: Operation): operation is TerminalOperation {
  return !isActive(operation) && !isDeleted(operation);
}

export function isActive(operation: Operation): operation is ActiveOperation {
  return operation.state === 'RUNNING' || operation.state === 'WAITING';
}

export function isDeleted(operation: Operation): operation is DeletedOperation {
  return operation.state === 'DELETED';
}
