import { OperationError } from '../client/operation-error.ts';

/** The error of a call that is made for an attempt that is past. `attempt.ts` says when an attempt is past. */
export function pastError(): OperationError {
  return new OperationError(
    'ABORTED',
    'This attempt is past: the operation is worked on by another, or has ended.',
  );
}
