import { OperationError } from '../client/operation-error.ts';

/** The error of a step that does not end as a step must. It names the step and says what to write instead. */
export function misuse(step: string, what: string): OperationError {
  return new OperationError('INTERNAL', `step "${step}" ${what}`);
}
