import { isOperationError, OperationError } from '../client/operation-error.ts';
import { misuse } from './misuse.ts';
import type { Log } from './op.ts';
import { soundError, text } from './sound-error.ts';

interface Exposure {
  readonly exposeErrors: boolean;
  readonly log: Log;
}

/**
 * Turns a thrown value into an OperationError that can travel. Any value that is no OperationError becomes UNKNOWN, because the code of a
 * client library's error says nothing about the operation. Its message may hold secrets, so it goes only to the log unless
 * `exposeErrors` is set.
 */
export function thrownError(step: string, thrown: unknown, { exposeErrors, log }: Exposure): OperationError {
  if (isOperationError(thrown)) {
    const error = soundError(thrown);
    if (error !== thrown) log.error(`step "${step}" threw an error that breaks a rule`, { err: error });
    return error;
  }
  if (thrown === undefined) {
    return misuse(step, 'threw undefined: op.failure is set only in a step that a "catch" names');
  }
  log.error(`step "${step}" failed`, { err: thrown });
  if (!exposeErrors) return new OperationError('UNKNOWN', `step "${step}" failed`, { cause: thrown });
  const reason = text(thrown instanceof Error ? thrown.message : thrown);
  return soundError(new OperationError('UNKNOWN', `step "${step}" failed: ${reason}`, { cause: thrown }));
}

/** The error of a step that threw a value whose fields throw themselves when they are read, such as a Proxy. */
export function unreadableError(step: string): OperationError {
  return new OperationError('UNKNOWN', `step "${step}" failed, and what it threw cannot be read`);
}
