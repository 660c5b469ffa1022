import type { LifecycleEvent } from '../lifecycle/event.ts';
import type { Operation } from '../lifecycle/operation.ts';
import { requireAtMost, WORK_LIMIT } from '../messages/limits.ts';

/**
 * Refuses an event that makes the input and the checkpoint of an operation together too large for one signal, which
 * carries both to a worker. Each alone is within the payload limit.
 *
 * @throws InvalidInput
 */
export function requireWorkFits(operation: Operation | undefined, event: LifecycleEvent): void {
  const heldInput = operation?.creation?.value.input?.value.length ?? 0;
  const heldCheckpoint = operation?.checkpoint?.value.length ?? 0;
  if (event.type === 'created' && event.creation.input && heldInput === 0) {
    requireTogether('created.input', event.creation.input.value.length + heldCheckpoint);
  }
  if ((event.type === 'checkpointed' || event.type === 'waiting') && event.checkpoint) {
    requireTogether(`${event.type}.checkpoint`, heldInput + event.checkpoint.length);
  }
}

function requireTogether(field: string, bytes: number): void {
  requireAtMost(field, bytes, WORK_LIMIT, 'bytes, input and checkpoint together');
}
