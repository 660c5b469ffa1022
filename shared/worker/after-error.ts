/** What follows when a step has thrown. */
import { OperationError } from '../client/operation-error.ts';
import { cancelFailure, Failure, isFailure } from './failure.ts';
import { isFinal } from './final-error.ts';
import type { StepAttempt } from './step-attempt.ts';
import { limitsOf } from './step-try.ts';
import { thrownError, unreadableError } from './thrown-error.ts';

export type AfterError =
  /** The step is tried again, in another attempt. */
  | { readonly type: 'again'; readonly error: OperationError }
  /** The `catch` step of the worker runs, in the same attempt. */
  | { readonly type: 'catch'; readonly step: string; readonly failure: Failure }
  | { readonly type: 'end'; readonly failure: Failure };

/** Decides what follows the `tries`-th try of a step, and logs each error that is not in the history of the operation. */
export function afterError(attempt: StepAttempt, step: string, tries: number, thrown: unknown): AfterError {
  const error = readError(attempt, step, thrown);
  const limits = limitsOf(attempt, step);
  const isLast = attempt.signal.leaseMs === undefined || (limits !== undefined && tries >= limits.maxTries);
  if (!isFinal(error) && !isLast) {
    // `thrownError` has logged every other error.
    if (error === thrown || attempt.aborted === 'TIMEOUT')
      attempt.log(step).warn(`step "${step}" failed, and is tried again`, { err: error });
    return { type: 'again', error };
  }
  const failure = isFailure(error) ? error : new Failure('TRIES', error);
  const { catchStep } = attempt.worker;
  if (catchStep === undefined || attempt.work.lastResort) return { type: 'end', failure };
  return { type: 'catch', step: catchStep, failure };
}

/** Never throws, whatever a step throws: the error of a step must not end the attempt without a word. */
function readError(attempt: StepAttempt, step: string, thrown: unknown): OperationError {
  try {
    return errorOf(attempt, step, thrown);
  } catch {
    const error = unreadableError(step);
    attempt.log(step).error(error.message);
    return error;
  }
}

/** An abort explains the error of a step better than what the step threw. */
function errorOf(attempt: StepAttempt, step: string, thrown: unknown): OperationError {
  if (attempt.cancelRequested && !isFailure(thrown)) return cancelFailure();
  if (attempt.aborted === 'TIMEOUT') {
    return new OperationError('DEADLINE_EXCEEDED', `step "${step}" took longer than its timeout`);
  }
  return thrownError(step, thrown, { exposeErrors: attempt.parts.exposeErrors, log: attempt.log(step) });
}
