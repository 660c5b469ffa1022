import type { Effect } from '../../lifecycle/effect.ts';
import { cascadedCancelId } from '../../lifecycle/event.ts';
import { isTerminal } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import { applyOnce } from '../apply-event.ts';
import { eachPage } from '../each-page.ts';
import { headerAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { Child } from '../ports/store.ts';

type CancelChildren = Extract<Effect, { kind: 'cancelChildren' }>;

/** How many children are asked at once: enough to be quick, few enough for one function instance. */
const CONCURRENT_CANCELS = 16;

/** Asks the children that the operation started, and those of the wait that the cancel ended, to stop. */
export async function cancelChildren(
  orchestrator: Orchestrator,
  parent: OperationName,
  { cause, waitId }: CancelChildren,
): Promise<void> {
  const { store } = orchestrator;
  const eventId = cascadedCancelId(parent, cause);
  await eachPage(
    CONCURRENT_CANCELS,
    (limit, last?: OperationName) => store.activeChildren(parent, limit, last),
    (children) => Promise.all(children.map((child) => cancel(orchestrator, child, eventId))),
  );
  if (waitId === undefined) return;
  await eachPage(
    CONCURRENT_CANCELS,
    (limit, last?: Child) => store.children({ operation: parent, waitId }, limit, last?.key),
    (children) => Promise.all(children.map(({ key }) => cancelKnown(orchestrator, key, eventId))),
  );
}

/** A child of another service is that service's to cancel; one that does not exist cannot be asked. */
async function cancelKnown(orchestrator: Orchestrator, key: string, eventId: string): Promise<void> {
  const child = isOperationName(key) ? await orchestrator.store.operation(key) : undefined;
  if (child && !isTerminal(child)) await cancel(orchestrator, child.name, eventId);
}

async function cancel(orchestrator: Orchestrator, child: OperationName, eventId: string): Promise<void> {
  const header = headerAt(orchestrator.now(), child, eventId);
  await applyOnce(orchestrator, { ...header, type: 'cancelRequested', cascade: true });
}
