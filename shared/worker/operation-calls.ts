/** The port of the calls that a worker makes to the orchestrator. */
import type { Signal, WireChild } from './signal.ts';

export interface Heartbeat {
  /** False: the attempt has ended, or another worker has it. */
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
   * Takes the attempt, or renews its lease. `catchPoint` is the worker's step of last resort, of which those who create the
   * operation know nothing. Rejects where no answer comes.
   */
  heartbeat(operation: string, attempt: number, catchPoint?: string): Promise<Heartbeat>;
  /**
   * Resolves once the event is applied, or is on the bus because no answer came; false where the attempt is past.
   * @throws ApiError the refusal, with its field.
   */
  apply(event: LifecycleEvent): Promise<boolean>;
  /** Whether the operation has ended, or is not there any more. Rejects where no answer comes. */
  isOver(operation: string): Promise<boolean>;
  /** Children of the wait that the signal ended, in its order. */
  children(
    signal: Pick<Signal, 'operation' | 'waitId'>,
    options: { outcome?: string; pageSize: number; pageToken?: string },
  ): Promise<ChildrenPage>;
}
