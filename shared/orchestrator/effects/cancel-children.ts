import type { Effect } from '../../lifecycle/effect.ts';
import { cascadedCancelId, RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import { isTerminal } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import type { WaitRef } from '../../lifecycle/wait.ts';
import { applyOnce } from '../apply-event.ts';
import { eachPage } from '../each-page.ts';
import { headerAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { PendingChild } from '../ports/wait-children.ts';

type CancelChildren = Extract<Effect, { kind: 'cancelChildren' }>;

/** The number of children asked at the same time: enough to be quick, few enough for one function instance. */
const CONCURRENT_CANCELS = 16;

/**
 * Sends cancel requests to the active operations that name this one as their parent, and to the pending children of the
 * wait that the cancel ended.
 */
export async function cancelChildren(
  orchestrator: Orchestrator,
  parent: OperationName,
  { cause, waitId }: CancelChildren,
): Promise<void> {
  const eventId = cascadedCancelId(parent, cause);
  await eachPage(
    CONCURRENT_CANCELS,
    (limit, last?: OperationName) => orchestrator.store.activeChildren(parent, limit, last),
    (children) => Promise.all(children.map((child) => cancel(orchestrator, child, eventId))),
  );
  if (waitId !== undefined) await cancelPending(orchestrator, { operation: parent, waitId }, eventId);
}

/** Sends cancel requests to the children that still ran when the wait ended. */
export async function cancelRest(
  orchestrator: Orchestrator,
  operation: OperationName,
  waitId: string,
): Promise<void> {
  const eventId = cascadedCancelId(operation, `${RESERVED_EVENT_ID_PREFIX}rest:${waitId}`);
  await cancelPending(orchestrator, { operation, waitId }, eventId);
}

/** Cancels this operation: the parent asked its children to stop before this one was created. */
export async function cancelSelf(
  orchestrator: Orchestrator,
  operation: OperationName,
  eventId: string,
): Promise<void> {
  await cancel(orchestrator, operation, eventId);
}

/** Sends cancel requests to the pending children of the wait that exist here: not to children of other services. */
async function cancelPending(orchestrator: Orchestrator, ref: WaitRef, eventId: string): Promise<void> {
  const { store } = orchestrator;
  await eachPage(
    CONCURRENT_CANCELS,
    (limit, last?: PendingChild) => store.pendingChildren(ref, limit, last?.key),
    async (children) => {
      const names = children.flatMap(({ key, exists }) => (exists && isOperationName(key) ? [key] : []));
      const found = await store.operations(names);
      const running = names.filter((name) => {
        const child = found.get(name);
        return child && !isTerminal(child);
      });
      await Promise.all(running.map((name) => cancel(orchestrator, name, eventId)));
    },
  );
}

async function cancel(orchestrator: Orchestrator, child: OperationName, eventId: string): Promise<void> {
  const header = headerAt(orchestrator.now(), child, eventId);
  await applyOnce(orchestrator, { ...header, type: 'cancelRequested', cascade: true });
}
