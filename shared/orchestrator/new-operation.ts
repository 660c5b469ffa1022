/** The rules for an operation that a call creates: its name is free, or an earlier copy of the call has created it. */
import { isDeleted, type LiveOperation, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { Guard } from './commit-event.ts';
import type { CommittedEvent } from './committed-event.ts';
import { Failure } from './ports/failure.ts';

/** Another request has already created an operation with this id. */
export class OperationAlreadyExists extends Failure {
  readonly operation: OperationName;

  constructor(operation: OperationName) {
    super('alreadyExists', `${operation} already exists`);
    this.name = 'OperationAlreadyExists';
    this.operation = operation;
  }
}

/**
 * Whether a call may create an operation with the name of this one. An operation without a creation exists because other events
 * came first. The name of a deleted operation stays taken.
 */
export function isFree(existing: Operation | undefined): boolean {
  return !existing || (!existing.creation && !isDeleted(existing));
}

/** Refuses the creation with OperationAlreadyExists if the name is taken. */
export function requireFree(name: OperationName): Guard {
  return (existing) => {
    if (!isFree(existing)) throw new OperationAlreadyExists(name);
  };
}

/** Returns the operation that the call or an earlier copy of it has created. @throws OperationAlreadyExists if it was deleted since */
export function createdOperation(committed: CommittedEvent, name: OperationName): LiveOperation {
  if (committed.kind === 'ignored') throw new Failure('permanent', `${name} could not be created`);
  if (isDeleted(committed.operation)) throw new OperationAlreadyExists(name);
  return committed.operation;
}
