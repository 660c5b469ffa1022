import { randomUUID } from 'node:crypto';
import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { AnyValue } from '../lifecycle/result.ts';
import { applyEvent } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import { requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

export interface NotifyRequest {
  readonly operation: OperationName;
  readonly name: string;
  readonly payload?: AnyValue;
  /** AIP-155: the same request id notifies once. */
  readonly requestId?: string;
}

/**
 * Gives an operation a notification that a wait can take. Rejects with OperationNotFound, with the kind `precondition`
 * for a terminal operation, and with `exhausted` if too many notifications are kept.
 */
export async function notifyOperation(
  orchestrator: Orchestrator,
  { operation, name, payload, requestId = randomUUID() }: NotifyRequest,
): Promise<void> {
  const eventId = `${RESERVED_EVENT_ID_PREFIX}notify:${requestId}`;
  const outcome = await applyEvent(
    orchestrator,
    { ...headerAt(orchestrator.now(), operation, eventId), type: 'notified', name, payload },
    (found) => requireExisting(found, operation),
  );
  if (outcome.kind === 'ignored') {
    throw new Failure('precondition', `${operation} has ended: only an active operation takes notifications`);
  }
}
