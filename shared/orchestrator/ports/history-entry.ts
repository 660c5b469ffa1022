import type { EventType } from '../../lifecycle/event.ts';
import type { ElapsedWhat, IgnoredReason } from '../../lifecycle/outcome.ts';

/**
 * A line of an operation's history, which is also the dedupe record of its event. Times are milliseconds since the
 * epoch.
 */
export interface HistoryEntry {
  /** The dedupe key. The line of a rejected event has a different key, so that its event id stays unused. */
  readonly eventId: string;
  readonly type: EventType;
  readonly occurTime: number;
  readonly recordTime: number;
  readonly outcome: 'APPLIED' | 'IGNORED' | 'REJECTED';
  /** Why an event was ignored, or what was due. */
  readonly reason?: IgnoredReason | ElapsedWhat;
  /** The attempt that the event names, ended or began. */
  readonly attempt?: number;
  readonly worker?: string;
  readonly rejection?: Rejection;
  readonly error?: AttemptError;
}

/** The error of a failed attempt, without its details. */
export interface AttemptError {
  /** A google.rpc.Code. */
  readonly code: number;
  /** At most the beginning of the worker's message. */
  readonly message: string;
}

export interface Rejection {
  /** The kind of the rejected event, as far as it could be read. */
  readonly type: string;
  readonly field: string;
  readonly reason: string;
}
