import { isActive, isDeleted } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { deleteOperation } from './delete-operation.ts';
import { deliverOutbox } from './effects/deliver-outbox.ts';
import { OperationNotFound } from './existing-operation.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

export interface Erasure {
  /** Operations that run this one again. They began with copies of its input and checkpoint, which the erasure does not touch. */
  readonly reruns: readonly OperationName[];
}

/**
 * Erases an operation that has ended: deletes it, then removes everything that the store keeps of it except a marker with its name and
 * times. Other operations keep its name and its outcome. An operation that was deleted before, or whose erasure failed halfway, can
 * be erased too.
 *
 * Rejects with OperationNotFound if there is no operation and no marker, with the kind `precondition` if the operation still
 * runs, and with `unavailable` if its completion cannot be delivered: the erasure would lose it.
 */
export async function eraseOperation(orchestrator: Orchestrator, name: OperationName): Promise<Erasure> {
  const { store } = orchestrator;
  const known = await store.operation(name);
  if (!known) throw new OperationNotFound(name);
  if (isActive(known)) {
    throw new Failure('precondition', `${name} is active: cancel it, and erase it after it has ended`);
  }
  // The marker does not name the parent, so the parent's copy goes first.
  const parent = known.creation?.value.parent;
  if (parent) await store.data.forgetSpawned(parent, name);
  if (!isDeleted(known)) await deleteUnlessDeleted(orchestrator, name);
  await deliverOutbox(orchestrator, name);
  const inspection = await store.inspection(name, { history: 1, waits: 1 });
  if (inspection && inspection.outbox.length > 0) {
    throw new Failure('unavailable', `${name} still has effects to deliver, and can be erased afterwards`);
  }
  await store.data.erase(name);
  return { reruns: inspection?.reruns ?? [] };
}

/** Another call may delete the operation at the same time, which has the same result. */
async function deleteUnlessDeleted(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  try {
    await deleteOperation(orchestrator, name);
  } catch (error) {
    if (!(error instanceof OperationNotFound)) throw error;
  }
}
