import type { ChildOutcome } from '../../lifecycle/child-outcome.ts';
import type { TerminalOperation } from '../../lifecycle/operation.ts';
import type { CatchCause } from '../../lifecycle/operation-facts.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { AnyValue, Status } from '../../lifecycle/result.ts';
import type { WaitCause } from '../../lifecycle/wait.ts';

interface SignalHeader {
  readonly operation: OperationName;
  readonly method: string;
  /** The id of the signal: the same for every repeat of one send, and different for each attempt and operation. */
  readonly eventId: string;
  /** The attempt that the signal is about. */
  readonly attempt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly parent?: OperationName;
  /** W3C trace context. */
  readonly traceparent?: string;
}

/** What a worker needs to start or to go on. */
interface WorkSignal extends SignalHeader {
  /** The number of tries of the work, this one included. */
  readonly tries: number;
  readonly resumePoint: string;
  readonly checkpoint: Uint8Array;
  readonly input?: AnyValue;
  /** Why the last resort is taken. */
  readonly error?: Status;
  /** How long the worker may be silent, in milliseconds. Absent without dispatch. */
  readonly leaseMs?: number;
}

export interface StartSignal extends WorkSignal {
  readonly kind: 'START';
}

export interface ResumeSignal extends WorkSignal {
  readonly kind: 'RESUME';
  /** Absent if the last resort is taken without a wait. */
  readonly waitId?: string;
  readonly cause: WaitCause | CatchCause;
  readonly children: SignalledChildren;
  readonly notifications: readonly SignalledNotification[];
}

export interface SignalledChildren {
  readonly counts: Partial<Record<SignalledOutcome, number>>;
  /** The first 100, in the order of the wait. */
  readonly first: readonly SignalledChild[];
  /** Whether `first` lacks a child or a result. */
  readonly truncated: boolean;
}

/** A child that is pending when the deadline ends its wait has timed out. */
export type SignalledOutcome = ChildOutcome | 'TIMED_OUT';

export interface SignalledChild {
  readonly name: string;
  readonly outcome: SignalledOutcome;
  readonly key?: string;
  readonly response?: AnyValue;
  readonly error?: Status;
}

export interface SignalledNotification {
  readonly name: string;
  readonly payload?: AnyValue;
  /** When it was applied: milliseconds since the epoch. */
  readonly time: number;
}

export interface CancelSignal extends SignalHeader {
  readonly kind: 'CANCEL';
}

export type Signal = StartSignal | ResumeSignal | CancelSignal;

/** A message that can never be applied, unchanged, with the reason. */
export interface DeadLetter {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly reason: string;
  /** The field that breaks a rule, if one does. */
  readonly field?: string;
  /** The lifecycle topic of the message, without the project. Its tenant gets the dead letter. */
  readonly topic?: string;
}

/**
 * The port on which the orchestrator publishes. Once a call resolves, the bus has accepted the message and it cannot be
 * lost.
 */
export interface Publisher {
  publishCompletion(operation: TerminalOperation): Promise<void>;
  publishSignal(signal: Signal): Promise<void>;
  publishDeadLetter(letter: DeadLetter): Promise<void>;
  close(): Promise<void>;
}
