import { OperationError } from '../client/operation-error.ts';

/** The error of a call that is made for an attempt that is past. `attempt.ts` says when an attempt is past. */
export function pastError(): OperationError {
  return new OperationError(
    'ABORTED',
    'This attempt has ended: a later attempt has replaced it, or the operation has ended.',
  );
}
