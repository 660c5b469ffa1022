import type { CatchCause, TerminalOperation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { AnyValue, Status } from '../../lifecycle/result.ts';
import type { ChildOutcome, WaitCause } from '../../lifecycle/wait.ts';

interface SignalHeader {
  readonly operation: OperationName;
  readonly method: string;
  /** The same for every repeat of one sending; another for each attempt and each operation. */
  readonly eventId: string;
  /** The attempt that the signal is about. */
  readonly attempt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly parent?: OperationName;
  /** W3C trace context. */
  readonly traceparent?: string;
}

/** What a worker needs to begin or to go on. */
interface WorkSignal extends SignalHeader {
  /** How often the work was tried, this time included. */
  readonly tries: number;
  readonly resumePoint: string;
  readonly checkpoint: Uint8Array;
  readonly input?: AnyValue;
  /** Why the last resort is taken. */
  readonly error?: Status;
  /** How long the worker may be silent, in milliseconds; absent without dispatch. */
  readonly leaseMs?: number;
}

export interface StartSignal extends WorkSignal {
  readonly kind: 'START';
}

export interface ResumeSignal extends WorkSignal {
  readonly kind: 'RESUME';
  /** Absent where the last resort is taken without a wait. */
  readonly waitId?: string;
  readonly cause: WaitCause | CatchCause;
  readonly children: SignalledChildren;
  readonly notifications: readonly SignalledNotification[];
}

export interface SignalledChildren {
  readonly counts: Partial<Record<SignalledOutcome, number>>;
  /** The first 100, in the order of the wait. */
  readonly first: readonly SignalledChild[];
  /** `first` lacks a child, or a result. */
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

/** A message that can never be applied, as it came, and why. */
export interface DeadLetter {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly reason: string;
  /** The field that breaks a rule, where one does. */
  readonly field?: string;
  /** The lifecycle topic by which it came, without the project: its tenant gets the dead letter. */
  readonly topic?: string;
}

/** Where the orchestrator publishes. A call that resolves has been accepted by the bus and is not lost any more. */
export interface Publisher {
  publishCompletion(operation: TerminalOperation): Promise<void>;
  publishSignal(signal: Signal): Promise<void>;
  publishDeadLetter(letter: DeadLetter): Promise<void>;
  close(): Promise<void>;
}
