/** The port of the calls that a worker makes to the orchestrator. */
import type { Signal, WireChild } from './signal.ts';

export interface Heartbeat {
  /** False if the attempt has ended, or another worker holds it. */
  readonly taken: boolean;
  readonly cancelRequested: boolean;
  /** What was saved in this attempt, as the answer to `look` has it. A part that is absent was not saved. */
  readonly saved?: { readonly checkpoint?: string | undefined; readonly resumePoint?: string | undefined };
}

/** What has happened to an operation, in proto3 JSON: one of the fields. */
export interface Occurrence {
  readonly progressed?: object;
  readonly checkpointed?: object;
  readonly waiting?: object;
  readonly attemptFailed?: object;
  readonly succeeded?: object;
  readonly failed?: object;
  readonly cancelled?: object;
}

/** A lifecycle event of a worker. A field that is undefined is absent from its JSON. */
export interface LifecycleEvent extends Occurrence {
  readonly operation: string;
  readonly eventId: string;
  readonly attempt?: number;
  readonly worker?: string;
  readonly sequence?: number;
  readonly traceparent?: string;
}

export interface ChildrenPage {
  readonly children: readonly WireChild[];
  readonly nextPageToken?: string;
}

export interface OperationCalls {
  /**
   * Takes the attempt, or renews its lease. `catchPoint` is the step that takes the last resort, which the creator of the
   * operation need not know. Rejects if the call fails.
   */
  heartbeat(operation: string, attempt: number, catchPoint?: string): Promise<Heartbeat>;
  /**
   * Asks about an attempt without a lease, and takes nothing: the signal of a lost process is delivered to another one, which must
   * not find the attempt taken. Rejects if the call fails.
   */
  look(operation: string, attempt: number): Promise<Heartbeat>;
  /**
   * Resolves with true once the event is applied, or is published because the call failed. Resolves with false if the
   * attempt is past. Rejects with an ApiError that names the field if the orchestrator refuses the event, and with an UnsentEvent
   * if neither takes it.
   */
  apply(event: LifecycleEvent): Promise<boolean>;
  /** Whether the operation has ended, or does not exist. Rejects if the call fails. */
  isOver(operation: string): Promise<boolean>;
  /** A page of the children of the wait that the signal is about, in the order of the wait. */
  children(
    signal: Pick<Signal, 'operation' | 'waitId'>,
    options: { outcome?: string; pageSize: number; pageToken?: string },
  ): Promise<ChildrenPage>;
}
