import type { AllFields } from '../lifecycle/all-fields.ts';
import type { EventHeader } from '../lifecycle/event.ts';
import type { EventPosition } from '../lifecycle/event-order.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';

/**
 * The header of an event that happens now (milliseconds since the epoch): an event of the orchestrator, or of a call. Every event has all
 * fields of the header, so that the events of one type have one shape.
 */
export function headerAt(now: number, operation: OperationName, eventId: string): EventHeader {
  return {
    operation,
    eventId,
    occurTime: now,
    publishTime: now,
    position: positionAt(now),
    attempt: undefined,
    worker: undefined,
    traceparent: undefined,
  } satisfies AllFields<EventHeader>;
}

/** The position of an event that happens at `now`, in milliseconds since the epoch. */
export function positionAt(now: number): EventPosition {
  const seconds = Math.floor(now / 1000);
  return { sequence: undefined, seconds, nanos: Math.round((now - seconds * 1000) * 1e6) };
}
