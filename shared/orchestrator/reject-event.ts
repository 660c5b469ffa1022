/** Records in an operation's history that an event broke a rule. */
import type { EventHeader, RejectedEvent } from '../lifecycle/event.ts';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import { applyEvent } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import { countRejection } from './event-telemetry.ts';
import type { Orchestrator } from './orchestrator.ts';
import { startOf } from './ports/failure.ts';

/** The readable parts of a rejected event. */
export interface UnappliedEvent extends Pick<EventHeader, 'operation' | 'attempt' | 'worker'> {
  readonly type: RejectedEvent['rejected'];
  /** The id of the message or call that brought it: a repeat is recorded once. */
  readonly deliveryId: string;
}

/**
 * Records the rejection if the operation exists, and fails the operation if the event would have ended its current
 * attempt. The event's own id stays unused: the worker may send a corrected event with the same id.
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
    worker,
    type: 'rejected',
    rejected: type,
    of: attempt,
    field,
    reason: startOf(reason, MAX_REASON_LENGTH),
  });
}

/** A history line is for people, so its text is bounded. */
const MAX_REASON_LENGTH = 1_000;
