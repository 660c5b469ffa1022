import { DELETED_EVENT_ID } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { applyEvent } from './apply-event.ts';
import { deliverOutbox } from './effects/deliver-outbox.ts';
import { headerAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

/**
 * Deletes an operation: its result is no longer needed (AIP-151). The operation is not cancelled
 * (google.longrunning.Operations.DeleteOperation). Its worker may go on, and its later events are ignored. Rejects with
 * OperationNotFound if the operation does not exist.
 *
 * Invariant: a completion is never lost. A terminal operation's undelivered effects are delivered before its result is
 * removed. If the operation ends during the call, the call starts again.
 */
export async function deleteOperation(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  for (;;) {
    const known = await existingOperation(orchestrator, name);
    if (isTerminal(known)) await deliverOutbox(orchestrator, name);
    try {
      return await remove(orchestrator, name, isTerminal(known));
    } catch (error) {
      if (!(error instanceof BecameTerminal)) throw error;
    }
  }
}

class BecameTerminal extends Failure {
  constructor(name: OperationName) {
    super('conflict', `${name} became terminal while it was deleted`);
    this.name = 'BecameTerminal';
  }
}

async function remove(orchestrator: Orchestrator, name: OperationName, terminal: boolean): Promise<void> {
  const header = headerAt(orchestrator.now(), name, DELETED_EVENT_ID);
  await applyEvent(orchestrator, { ...header, type: 'deleted' }, (operation) => {
    requireExisting(operation, name);
    if (isTerminal(operation) && !terminal) throw new BecameTerminal(name);
  });
}
