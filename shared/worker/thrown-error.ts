import { isOperationError, OperationError } from '../client/operation-error.ts';
import { misuse } from './misuse.ts';
import type { Log } from './op.ts';

interface Exposure {
  readonly exposeErrors: boolean;
  readonly log: Log;
}

/**
 * Turns a thrown value into an OperationError. Any value that is no OperationError becomes UNKNOWN, because the code of a
 * client library's error says nothing about the operation. Its message may hold secrets, so it goes only to the log unless
 * `exposeErrors` is set.
 */
export function thrownError(step: string, thrown: unknown, { exposeErrors, log }: Exposure): OperationError {
  if (isOperationError(thrown)) return thrown;
  if (thrown === undefined) {
    return misuse(step, 'threw undefined: op.failure is set only in a step that a "catch" names');
  }
  log.error(`step "${step}" failed`, { err: thrown });
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const message = exposeErrors ? `step "${step}" failed: ${text}` : `step "${step}" failed`;
  return new OperationError('UNKNOWN', message, { cause: thrown });
}
