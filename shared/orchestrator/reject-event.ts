/** An event that breaks a rule, in the history of its operation. */
import type { EventHeader, RejectedEvent } from '../lifecycle/event.ts';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import { applyEvent } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import { countRejection } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';

/** What could be read of an event that was rejected. */
export interface UnappliedEvent extends Pick<EventHeader, 'operation' | 'attempt' | 'worker'> {
  readonly type: RejectedEvent['rejected'];
  /** Of the message or call that brought it: a repeat is rejected once. */
  readonly deliveryId: string;
}

/**
 * Notes the rejection where the operation exists, and fails the operation where the event would have ended its current
 * attempt. The event's own id is not used up: the worker may give a mended event with the same one.
 */
export async function rejectEvent(
  orchestrator: Orchestrator,
  { operation, attempt, worker, type, deliveryId }: UnappliedEvent,
  { field, reason }: { readonly field: string; readonly reason: string },
): Promise<void> {
  countRejection(orchestrator, type);
  const eventId = `${RESERVED_EVENT_ID_PREFIX}rejected:${deliveryId}`;
  await applyEvent(orchestrator, {
    ...headerAt(orchestrator.now(), operation, eventId),
    ...(worker !== undefined && { worker }),
    type: 'rejected',
    rejected: type,
    of: attempt,
    field,
    reason: reason.slice(0, MAX_REASON_LENGTH),
  });
}

/** A line of a history is for people. */
const MAX_REASON_LENGTH = 1_000;
