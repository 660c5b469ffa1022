import { OperationError } from '../client/operation-error.ts';

/** A step that does not end as a step must: it says which, and what to write. */
export function misuse(step: string, what: string): OperationError {
  return new OperationError('INTERNAL', `step "${step}" ${what}`);
}
