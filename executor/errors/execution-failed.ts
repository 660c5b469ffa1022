import type { FailedChild } from '../child-run.ts';
import type { Value } from '../values/value.ts';
import { errorMap, Raised } from './raised.ts';
import { RequestError } from './request-error.ts';

/** The error that `experimental.executions.run` raises if the other execution fails or cannot start. */
export function executionFailed(cause: FailedChild | RequestError): Raised {
  if (cause instanceof RequestError) {
    return new Raised(errorMap(['ExecutionError'], `ExecutionError: ${cause.message}`));
  }
  const { name, state, error } = cause;
  const details = new Map<string, Value>([
    ['execution', name],
    ['state', state],
  ]);
  if (error) {
    const report: [string, Value][] = [
      ['context', error.context],
      ['payload', error.payload],
    ];
    details.set('error', new Map(report));
  }
  return new Raised(
    errorMap(['ExecutionError'], `ExecutionError: execution ${name} ended as ${state}`, details),
  );
}
