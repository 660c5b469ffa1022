/** Access to the operations that a call reaches besides the one that it is about. */
import type { Caller } from '../access/access.ts';
import type { LifecycleEvent } from '../lifecycle/event.ts';
import type { LiveOperation } from '../lifecycle/operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { Gate } from './gate.ts';

/**
 * Checks what the caller may do with the operations that the event creates, waits for or makes its parent, as if a call had named
 * each of them. A wait shows the results of its children, and with `cancelRest` also cancels them.
 *
 * @throws AccessDenied
 */
export async function authorizeNamed(
  gate: Gate,
  orchestrator: Orchestrator,
  caller: Caller,
  event: LifecycleEvent,
): Promise<void> {
  const { operation: name } = event;
  if (event.type === 'created') {
    const { labels, parent } = event.creation;
    await gate.authorize(orchestrator, caller, 'act', () => ({
      kind: 'new',
      operation: { name, labels },
      parent,
    }));
  }
  if (event.type !== 'waiting') return;
  for (const { name: spawned, creation } of event.spawn) {
    const operation = { name: spawned, labels: creation.labels };
    await gate.authorize(orchestrator, caller, 'act', () => ({ kind: 'new', operation }));
  }
  await gate.authorizeEach(orchestrator, caller, event.terms.cancelRest ? 'act' : 'read', event.children);
}

/**
 * Checks a call that creates an operation again, with the labels of the operation that it answers: an earlier call with the same
 * request id, perhaps of another caller, may have created that one with other labels.
 *
 * @throws AccessDenied
 */
export async function requireFound(
  gate: Gate,
  orchestrator: Orchestrator,
  caller: Caller,
  { operationId, found }: { readonly operationId?: string; readonly found: LiveOperation },
): Promise<void> {
  const name = operationId === undefined ? undefined : found.name;
  const labels = found.creation?.value.labels ?? {};
  await gate.authorize(orchestrator, caller, 'act', () => ({ kind: 'new', operation: { name, labels } }));
}
