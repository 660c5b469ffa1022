import type { Attempts } from './attempt.ts';
import type { DispatchTerms } from './dispatch.ts';
import type { EventOrder, Register } from './event-order.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { OpenWait, WaitCause } from './wait.ts';

/** What `created` says of an operation. */
export interface Creation {
  readonly method: string;
  readonly parent?: OperationName;
  readonly labels: Readonly<Record<string, string>>;
  /** How long the operation is kept once it is terminal, in milliseconds; the deployment's default where absent. */
  readonly ttl?: number;
  /** What the work is about; START brings it to the worker. */
  readonly input?: AnyValue;
  /** Present where the orchestrator starts the work. */
  readonly dispatch?: DispatchTerms;
  /** How long the whole operation may take, in milliseconds, and when that is over: milliseconds since the epoch. */
  readonly timeoutMs?: number;
  readonly deadline?: number;
  /** The operation that this one runs again. */
  readonly rerunOf?: OperationName;
  /** Of a rerun: children that it spawns and that have succeeded in the earlier run, by their keys, are taken over. */
  readonly keepsSucceeded?: boolean;
}

/** Whether a cancel was asked for, and whether a wait was already ended by it: one request ends at most one wait. */
export type CancelRequest = 'NONE' | 'REQUESTED' | 'ENDED_A_WAIT';

/** Why an operation is resumed at its `catchPoint`. */
export type CatchCause = 'TRIES' | 'DEADLINE' | 'CANCEL';

/** The last resort of an operation: it is resumed once more, to undo or to report, before it ends with `error`. */
export interface LastResort {
  readonly cause: CatchCause;
  readonly error: Status;
  /** When it is over: milliseconds since the epoch. */
  readonly deadline: number;
}

/** What made the current attempt, and is repeated by the next try. */
export type Resumption =
  | { readonly kind: 'START' }
  | { readonly kind: 'WAIT'; readonly waitId: string; readonly cause: WaitCause }
  | { readonly kind: 'CATCH' };

/** That the children of an operation have to stop as well, those that are created later among them. */
export interface ChildrenStop {
  /** The id of the event that asks them. */
  readonly eventId: string;
}

/** What is known of an operation in every state. Times are milliseconds since the epoch. */
export interface OperationFacts {
  readonly name: OperationName;
  /** Absent while only later events of the operation have arrived. */
  readonly creation?: Register<Creation>;
  readonly metadata?: Register<AnyValue>;
  readonly checkpoint?: Register<Uint8Array>;
  readonly resumePoint?: Register<string>;
  readonly cancelRequest: CancelRequest;
  /** When a cancel was requested first. */
  readonly cancelTime?: number;
  readonly childrenStop?: ChildrenStop;
  readonly attempts: Attempts;
  /**
   * How often the work was tried since `created`, since the end of the last wait, or since the last change of
   * `resumePoint`: the current attempt included.
   */
  readonly tries: number;
  readonly resumption: Resumption;
  readonly lastResort?: LastResort;
  /** How many notifications are kept that no wait has taken. */
  readonly keptNotifications: number;
  /** The newest `waiting` event that began a wait: an older one that arrives late begins none. */
  readonly lastWait?: EventOrder;
  /** The W3C `traceparent` that what is done for the operation belongs to: of its `created`, or of its newest wait. */
  readonly trace?: string;
  readonly createTime: number;
  readonly updateTime: number;
}

interface Terminal {
  readonly completeTime: number;
  /** When the store may remove it. */
  readonly expireTime: number;
  /** The event that ended it. */
  readonly terminalEventId: string;
}

/** How the work of a running operation stands. Times are milliseconds since the epoch. */
export type Handover =
  /** Without dispatch: a worker has the work, and nothing watches it. */
  | { readonly kind: 'UNWATCHED' }
  /** The signal of the current attempt was sent, and no worker has taken it. It is sent again at `resendTime`. */
  | { readonly kind: 'OFFERED'; readonly sends: number; readonly resendTime: number }
  /** A worker has taken the current attempt. */
  | { readonly kind: 'LEASED'; readonly leaseExpireTime: number }
  /** Between two attempts. */
  | { readonly kind: 'BACKOFF'; readonly retryTime: number };

export type ActivePhase =
  | { readonly state: 'RUNNING'; readonly handover: Handover }
  | {
      readonly state: 'WAITING';
      readonly wait: OpenWait;
      /** When `sweep` looks at the wait next, at the latest at its deadline. */
      readonly lookTime: number;
    };

export type TerminalPhase = Terminal &
  (
    | { readonly state: 'SUCCEEDED'; readonly response: AnyValue }
    | { readonly state: 'FAILED'; readonly error: Status }
    | { readonly state: 'CANCELLED'; readonly error: Status }
  );

/** Gone for everybody outside. What is left tells late events and parents so, until `expireTime`. */
export interface DeletedPhase {
  readonly state: 'DELETED';
  readonly deleteTime: number;
  readonly expireTime: number;
}

export type OperationState = ActivePhase['state'] | TerminalPhase['state'];
export type TerminalState = TerminalPhase['state'];
/** Nothing happens to the operation any more. */
export type FinalState = TerminalState | DeletedPhase['state'];

export type ActiveOperation = OperationFacts & ActivePhase;
export type RunningOperation = OperationFacts & Extract<ActivePhase, { state: 'RUNNING' }>;
export type WaitingOperation = OperationFacts & Extract<ActivePhase, { state: 'WAITING' }>;
export type TerminalOperation = OperationFacts & TerminalPhase;
/** Of its facts only the name and the times are kept. */
export type DeletedOperation = OperationFacts & DeletedPhase;
/** What is there for those outside. */
export type LiveOperation = ActiveOperation | TerminalOperation;
export type Operation = LiveOperation | DeletedOperation;

/** The same operation in another phase. */
export function inPhase<P extends ActivePhase | TerminalPhase>(
  facts: OperationFacts,
  phase: P,
): OperationFacts & P {
  // Field by field: every event passes here, and to spread the facts would bring the old phase along.
  return {
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
    updateTime: facts.updateTime,
    ...phase,
  };
}

/** Watched by the orchestrator: its work is started, leased and tried again. */
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
