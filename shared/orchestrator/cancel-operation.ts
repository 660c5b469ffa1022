import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { applyEvent } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';

/**
 * Asks an operation and its children to stop (AIP-151): best effort, whether it does is up to its worker. Fine for one
 * that is terminal; rejects with OperationNotFound for one that is not there, which it does not create.
 *
 * A repeat asks nobody again: one request counts until the operation begins another wait.
 */
export async function cancelOperation(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const { lastWait = '' } = await existingOperation(orchestrator, name);
  const eventId = `${RESERVED_EVENT_ID_PREFIX}cancel-requested:${lastWait}`;
  await applyEvent(
    orchestrator,
    { ...headerAt(orchestrator.now(), name, eventId), type: 'cancelRequested', cascade: true },
    (operation) => requireExisting(operation, name),
  );
}
