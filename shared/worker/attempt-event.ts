import { randomUUID } from 'node:crypto';
import type { LifecycleEvent, Occurrence } from './operation-calls.ts';
import type { Signal } from './signal.ts';

/** Where an event of an attempt comes from. */
export interface EventOrigin {
  readonly workerName: string;
  /** The position of the event among those of its attempt. */
  readonly sequence: number | undefined;
  readonly traceparent: string | undefined;
}

/** An event of the attempt that the signal began. Only an attempt with a lease names its worker. */
export function attemptEvent(
  { operation, attempt, leaseMs }: Signal,
  { workerName, sequence, traceparent }: EventOrigin,
  occurrence: Occurrence,
): LifecycleEvent {
  // All events have the same fields in the same order, absent ones as undefined, because engines handle such objects much faster.
  return {
    operation,
    eventId: randomUUID(),
    attempt,
    worker: leaseMs === undefined ? undefined : workerName,
    sequence,
    traceparent,
    progressed: occurrence.progressed,
    checkpointed: occurrence.checkpointed,
    waiting: occurrence.waiting,
    attemptFailed: occurrence.attemptFailed,
    succeeded: occurrence.succeeded,
    failed: occurrence.failed,
    cancelled: occurrence.cancelled,
  };
}
