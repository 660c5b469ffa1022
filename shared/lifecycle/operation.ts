import type { EventOrder, Register } from './event-order.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { OpenWait } from './wait.ts';

/** What `created` says of an operation. */
export interface Creation {
  readonly method: string;
  readonly parent?: OperationName;
  readonly labels: Readonly<Record<string, string>>;
  /** How long the operation is kept once it is terminal, in milliseconds; the deployment's default where absent. */
  readonly ttl?: number;
}

/** Whether a cancel was asked for, and whether a wait was already ended by it: one request ends at most one wait. */
export type CancelRequest = 'NONE' | 'REQUESTED' | 'ENDED_A_WAIT';

/** What is known of an operation in every state. Times are milliseconds since the epoch. */
export interface OperationFacts {
  readonly name: OperationName;
  /** Absent while only later events of the operation have arrived. */
  readonly creation?: Register<Creation>;
  readonly metadata?: Register<AnyValue>;
  readonly checkpoint?: Register<Uint8Array>;
  readonly resumePoint?: Register<string>;
  readonly cancelRequest: CancelRequest;
  /** The newest `waiting` event that began a wait: an older one that arrives late begins none. */
  readonly lastWait?: EventOrder;
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

export type ActivePhase =
  | { readonly state: 'RUNNING' }
  | { readonly state: 'WAITING'; readonly wait: OpenWait };

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
    lastWait: facts.lastWait,
    createTime: facts.createTime,
    updateTime: facts.updateTime,
    ...phase,
  };
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
