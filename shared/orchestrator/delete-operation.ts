import { DELETED_EVENT_ID } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { applyEvent } from './apply-event.ts';
import { deliverOutbox } from './effects/deliver.ts';
import { headerAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

/**
 * Removes an operation from sight: its result is needed no longer (AIP-151). It is not cancelled
 * (google.longrunning.Operations.DeleteOperation): its worker may go on, and what it still says is ignored. Rejects with
 * OperationNotFound for one that is not there.
 *
 * Invariant: a completion is never lost. What a terminal operation still has to tell is told before its result is gone;
 * one that becomes terminal meanwhile is looked at again.
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
