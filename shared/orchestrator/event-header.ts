import type { EventHeader } from '../lifecycle/event.ts';
import { eventOrder } from '../lifecycle/event-order.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';

/** The header of an event that the orchestrator gives itself, as of now (milliseconds since the epoch). */
export function headerAt(now: number, operation: OperationName, eventId: string): EventHeader {
  const seconds = Math.floor(now / 1000);
  const nanos = Math.round((now - seconds * 1000) * 1e6);
  return {
    operation,
    eventId,
    occurTime: now,
    order: eventOrder({ seconds, nanos, eventId }),
  };
}
