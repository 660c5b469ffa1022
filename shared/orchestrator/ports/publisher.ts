import type { TerminalOperation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { ChildOutcome, WaitCause } from '../../lifecycle/wait.ts';

interface SignalHeader {
  readonly operation: OperationName;
  readonly method: string;
  /** The same for every repeat. */
  readonly eventId: string;
}

export interface ResumeSignal extends SignalHeader {
  readonly kind: 'RESUME';
  readonly waitId: string;
  readonly cause: WaitCause;
  readonly resumePoint: string;
  readonly checkpoint: Uint8Array;
  readonly children: {
    readonly counts: Partial<Record<SignalledOutcome, number>>;
    /** The first 100, by name. */
    readonly first: readonly { readonly name: string; readonly outcome: SignalledOutcome }[];
  };
}

/** A child that is pending when the deadline ends its wait has timed out. */
export type SignalledOutcome = ChildOutcome | 'TIMED_OUT';

export interface CancelSignal extends SignalHeader {
  readonly kind: 'CANCEL';
}

export type Signal = ResumeSignal | CancelSignal;

/** A message that can never be applied, as it came, and why. */
export interface DeadLetter {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly reason: string;
  /** The field that breaks a rule, where one does. */
  readonly field?: string;
}

/** Where the orchestrator publishes. A call that resolves has been accepted by the bus and is not lost any more. */
export interface Publisher {
  publishCompletion(operation: TerminalOperation): Promise<void>;
  publishSignal(signal: Signal): Promise<void>;
  publishDeadLetter(letter: DeadLetter): Promise<void>;
  close(): Promise<void>;
}
