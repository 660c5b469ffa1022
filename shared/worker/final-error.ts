/** Which errors of a step end its operation, because a retry cannot succeed. */
import { ApiError } from '../client/api-error.ts';
import { OperationError } from '../client/operation-error.ts';
import { isFailure } from './failure.ts';

/** The codes of errors that no retry can mend: see `docs/worker.md`. */
const FINAL_CODES: readonly string[] = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
];

/** Whether the step that failed with this error is not tried again. */
export function isFinal(error: OperationError): boolean {
  if (isFailure(error) || error.retry === false) return true;
  return error.retry === undefined && FINAL_CODES.includes(error.code);
}

/** Turns a refusal by the orchestrator into an error without a retry, because it would refuse the event again. */
export function refusal(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const fields = error.fieldViolations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return new OperationError(error.code, fields || error.message, { retry: false, cause: error });
}
