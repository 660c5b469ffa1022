import { isDeleted, type LiveOperation, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Orchestrator } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';

/** The operation does not exist or was deleted, which a caller cannot distinguish. */
export class OperationNotFound extends Failure {
  readonly operation: OperationName;

  constructor(operation: OperationName) {
    super('notFound', `${operation} does not exist`);
    this.name = 'OperationNotFound';
    this.operation = operation;
  }
}

/** Rejects with OperationNotFound. `maxAgeMs`: see OperationStore.operation. */
export async function existingOperation(
  { store }: Pick<Orchestrator, 'store'>,
  name: OperationName,
  maxAgeMs?: number,
): Promise<LiveOperation> {
  const operation = await store.operation(name, maxAgeMs);
  requireExisting(operation, name);
  return operation;
}

export function requireExisting(
  operation: Operation | undefined,
  name: OperationName,
): asserts operation is LiveOperation {
  if (!operation || isDeleted(operation)) throw new OperationNotFound(name);
}
