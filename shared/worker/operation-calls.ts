/** The port of the calls that a worker makes to the orchestrator. */
import type { Signal, WireChild } from './signal.ts';

export interface Heartbeat {
  /** False if the attempt has ended, or another worker holds it. */
  readonly taken: boolean;
  readonly cancelRequested: boolean;
}

/** The fields of a lifecycle event: `operation`, `eventId`, `attempt`, and what happened. */
export type LifecycleEvent = Readonly<Record<string, unknown>> & { readonly operation: string };

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
