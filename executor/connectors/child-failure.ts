import type { FailedChild } from '../child-run.ts';
import { errorMap, httpError, Raised } from '../errors/raised.ts';
import { HTTP_CODES, RequestError } from '../errors/request-error.ts';
import type { Value } from '../values/value.ts';

/**
 * The error of `executions.run`. The method creates an execution, which Google's API may refuse, and then waits for it as for a
 * long-running operation: the error has the fields of the one that `executions.create` raises.
 */
export function childFailure(cause: FailedChild | RequestError): Raised {
  return cause instanceof RequestError ? refused(cause) : failed(cause);
}

function refused({ status, message }: RequestError): Raised {
  const code = BigInt(HTTP_CODES[status]);
  const error = map({ code, message, status });
  const details = map({ body: map({ error }), code, headers: new Map() });
  return new Raised(httpError(code, details));
}

function failed({ name, state, error: report }: FailedChild): Raised {
  const error = report ? map({ context: report.context, payload: report.payload }) : undefined;
  const operation = map({ name, state, ...(error && { error }) });
  const details = map({ error: error ?? state, operation });
  return new Raised(
    errorMap(['OperationError'], `OperationError: execution ${name} ended as ${state}`, details),
  );
}

function map(fields: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(fields));
}
