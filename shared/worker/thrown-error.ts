import { isOperationError, OperationError } from '../client/operation-error.ts';
import type { Log } from './op.ts';

interface Exposure {
  readonly exposeErrors: boolean;
  readonly log: Log;
}

/**
 * What a thrown value is to the operation. Only an OperationError carries a code: a NOT_FOUND of a client library says
 * nothing about the operation. Its message may hold what callers must not see, and goes to the log.
 */
export function thrownError(step: string, thrown: unknown, { exposeErrors, log }: Exposure): OperationError {
  if (isOperationError(thrown)) return thrown;
  log.error(`step "${step}" failed`, { step, err: thrown });
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const message = exposeErrors ? `step "${step}" failed: ${text}` : `step "${step}" failed`;
  return new OperationError('UNKNOWN', message, { cause: thrown });
}
