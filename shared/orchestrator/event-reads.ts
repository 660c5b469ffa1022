import type { AllFields } from '../lifecycle/all-fields.ts';
import { dedupeKey, type LifecycleEvent } from '../lifecycle/event.ts';
import type { Reads } from './ports/commit.ts';

/** Returns what the transaction of the event has to read before the event is decided. */
export function readsOf(event: LifecycleEvent): Reads {
  const reads: AllFields<Reads> = {
    operation: event.operation,
    eventId: event.type === 'heartbeat' ? undefined : dedupeKey(event),
    waits: false,
    waiters: false,
    names: undefined,
    parent: undefined,
    reservation: false,
    kept: false,
  };
  switch (event.type) {
    case 'created':
      return {
        ...reads,
        // If a cancel was requested before, the operation ends at once.
        waits: event.creation.dispatch !== undefined,
        names: event.restart?.wait?.spawn.map(({ name }) => name),
        parent: event.creation.parent,
        reservation: true,
      };
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'attemptFailed':
    case 'deleted':
    case 'rejected':
      return { ...reads, waits: true };
    case 'waiting':
      // A wait that would close a cycle ends the operation. After a cancel request the wait ends at once.
      return {
        ...reads,
        waits: true,
        waiters: true,
        names: event.spawn.map(({ name }) => name),
        kept: true,
      };
    case 'elapsed':
    case 'cancelRequested':
      return { ...reads, waits: true, kept: true };
    case 'resumed':
      return { ...reads, kept: true };
    case 'heartbeat':
    case 'progressed':
    case 'checkpointed':
    case 'notified':
      return reads;
  }
}
