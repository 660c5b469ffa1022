import { RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { commitEvent } from './commit-event.ts';
import { deliver } from './effects/deliver.ts';
import { deliverLeftBehind, deliverOwn } from './effects/deliver-outbox.ts';
import { headerAt } from './event-header.ts';
import { existingOperation, requireExisting } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';

/** A committed cancel request. From now on it cannot be lost. */
export interface RequestedCancel {
  /**
   * Resolves once the worker and the children have been told; the time grows with the number of children. Rejects with
   * a Failure if that is not possible now, and `sweep` tells them later.
   */
  readonly delivered: Promise<void>;
}

/**
 * Asks an operation and its children to stop (AIP-151). Best effort: the worker decides whether the operation stops. A
 * terminal operation accepts the request without effect. A repeat asks only those that could not be told: one request
 * counts until the operation begins another wait.
 *
 * @throws OperationNotFound if the operation does not exist: the request does not create it
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
      return {
        delivered: committed.mayBeOwn
          ? deliverOwn(orchestrator, name)
          : deliverLeftBehind(orchestrator, name).then(() => undefined),
      };
    case 'ignored':
      return { delivered: Promise.resolve() };
  }
}

/** The same as `requestCancel`, but resolves only after the worker and the children have been told. */
export async function cancelOperation(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  await (await requestCancel(orchestrator, name)).delivered;
}
