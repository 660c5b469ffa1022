import type { Effect } from '../lifecycle/effect.ts';
import { cascadedCancelId } from '../lifecycle/event.ts';
import { isTerminal } from '../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../lifecycle/operation-name.ts';
import { applyOnce } from './apply-event.ts';
import { headerAt } from './event-header.ts';
import type { Orchestrator } from './orchestrator.ts';

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
  await eachPage<OperationName>(
    (after) => store.activeChildren(parent, CONCURRENT_CANCELS, after),
    (child) => cancel(orchestrator, child, eventId),
  );
  if (waitId === undefined) return;
  await eachPage<string>(
    async (after) =>
      (await store.children({ operation: parent, waitId }, CONCURRENT_CANCELS, after)).map(({ key }) => key),
    async (key) => {
      // A child of another service is that service's to cancel; one that does not exist cannot be asked.
      const child = isOperationName(key) ? await store.operation(key) : undefined;
      if (child && !isTerminal(child)) await cancel(orchestrator, child.name, eventId);
    },
  );
}

async function cancel(orchestrator: Orchestrator, child: OperationName, eventId: string): Promise<void> {
  const header = headerAt(orchestrator.now(), child, eventId);
  await applyOnce(orchestrator, { ...header, type: 'cancelRequested', cascade: true });
}

async function eachPage<T extends string>(
  page: (after?: T) => Promise<readonly T[]>,
  visit: (item: T) => Promise<void>,
): Promise<void> {
  for (let after: T | undefined; ; ) {
    const items = await page(after);
    await Promise.all(items.map(visit));
    if (items.length < CONCURRENT_CANCELS) return;
    after = items[items.length - 1];
  }
}
