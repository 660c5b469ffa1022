import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { commitEvent } from './commit-event.ts';
import { deliver, deliverLeftBehind } from './effects/deliver.ts';
import { headerAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';

/** A request to stop that is committed: from then on it is not lost. */
export interface RequestedCancel {
  /**
   * Resolves once the worker and the children are told, which takes as long as there are children. Rejects with a Failure
   * where that is not possible now; `sweep` tells them then.
   */
  readonly delivered: Promise<void>;
}

/**
 * Asks an operation and its children to stop (AIP-151): best effort, whether it stops is up to its worker. Fine for one
 * that is terminal. A repeat asks again only those that could not be told: one request counts until the operation begins
 * another wait.
 *
 * @throws OperationNotFound for one that does not exist, which the request does not create
 */
export async function requestCancel(
  orchestrator: Orchestrator,
  name: OperationName,
): Promise<RequestedCancel> {
  const { lastWait = '' } = await existingOperation(orchestrator, name);
  const eventId = `${RESERVED_EVENT_ID_PREFIX}cancel-requested:${lastWait}`;
  const committed = await commitEvent(
    orchestrator,
    { ...headerAt(orchestrator.now(), name, eventId), type: 'cancelRequested', cascade: true },
    (operation) => requireExisting(operation, name),
  );
  switch (committed.kind) {
    case 'applied':
      return { delivered: deliver(orchestrator, committed.delivery) };
    case 'duplicate':
      return { delivered: deliverLeftBehind(orchestrator, name).then(() => undefined) };
    case 'ignored':
      return { delivered: Promise.resolve() };
  }
}

/** The same for callers that wait until the worker and the children are told. */
export async function cancelOperation(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  await (await requestCancel(orchestrator, name)).delivered;
}
