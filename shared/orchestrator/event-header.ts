import type { EventHeader } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';

/**
 * The header of an event that happens now (milliseconds since the epoch): an event of the orchestrator, or of a call.
 */
export function headerAt(now: number, operation: OperationName, eventId: string): EventHeader {
  const seconds = Math.floor(now / 1000);
  const nanos = Math.round((now - seconds * 1000) * 1e6);
  return { operation, eventId, occurTime: now, publishTime: now, position: { seconds, nanos } };
}
