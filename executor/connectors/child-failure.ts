import type { FailedChild } from '../child-run.ts';
import { errorMap, httpError, Raised } from '../errors/raised.ts';
import { HTTP_CODES, RequestError } from '../errors/request-error.ts';
import type { Value } from '../values/value.ts';

/**
 * The error of `executions.run`. The method creates an execution, which Google's API may refuse, and then waits for it as for a
 * long-running operation: the error has the fields of the one that `executions.create` raises.
 */
export function childFailure(cause: FailedChild | RequestError): Raised {
  return cause instanceof RequestError ? refused(cause) : failedExecution(cause.resource);
}

function refused({ status, message }: RequestError): Raised {
  const code = BigInt(HTTP_CODES[status]);
  const error = map({ code, message, status });
  const details = map({ body: map({ error }), code, headers: new Map() });
  return new Raised(httpError(code, details));
}

/**
 * The error of a connector call that has waited for an execution, which failed or was cancelled. Google's service raises it with this
 * message and without `error`: https://github.com/GoogleCloudPlatform/active-assist/issues/12
 */
export function failedExecution(operation: Value): Raised {
  return new Raised(errorMap(['OperationError'], 'Execution failed or cancelled.', map({ operation })));
}

function map(fields: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(fields));
}
