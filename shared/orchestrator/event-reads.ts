import { dedupeKey, type LifecycleEvent } from '../lifecycle/event.ts';
import type { Reads } from './ports/commit.ts';

/** Returns what the transaction of the event has to read before the event is decided. */
export function readsOf(event: LifecycleEvent): Reads {
  const { operation } = event;
  const eventId = dedupeKey(event);
  switch (event.type) {
    case 'created':
      return {
        operation,
        eventId,
        parent: event.creation.parent,
        reservation: true,
        // If a cancel was requested before, the operation ends at once.
        waits: event.creation.dispatch !== undefined,
        names: event.restart?.wait?.spawn.map(({ name }) => name),
      };
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'attemptFailed':
    case 'deleted':
    case 'rejected':
      return { operation, eventId, waits: true };
    case 'waiting':
      // A wait that would close a cycle ends the operation. After a cancel request the wait ends at once.
      return {
        operation,
        eventId,
        waits: true,
        waiters: true,
        kept: true,
        names: event.spawn.map(({ name }) => name),
      };
    case 'elapsed':
    case 'cancelRequested':
      return { operation, eventId, waits: true, kept: true };
    case 'resumed':
      return { operation, eventId, kept: true };
    case 'heartbeat':
      return { operation };
    case 'progressed':
    case 'checkpointed':
    case 'notified':
      return { operation, eventId };
  }
}
