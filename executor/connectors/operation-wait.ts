import { errorMap, Raised, timeoutError } from '../errors/raised.ts';
import type { BlockingHost } from '../stdlib/function.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import { failedExecution } from './child-failure.ts';
import type { ConnectorMethod, Polling } from './connector.ts';
import type { ConnectorParams } from './connector-params.ts';
import type { Destination } from './destination.ts';
import { expandPath } from './path-template.ts';
import { requestWithRetries } from './request.ts';

/**
 * Polls what a method has started until it has ended, and gives its last form ("Understand connectors, long-running
 * operations": the first pause is 1 s, each 1.25 times the one before, up to 60 s).
 *
 * @throws Raised OperationError when it ended with an error, TimeoutError after `connector_params.timeout`
 */
export async function awaitOperation(
  method: ConnectorMethod,
  started: Value,
  destination: Destination,
  params: ConnectorParams,
  deadlineMs: number,
  host: BlockingHost,
): Promise<Value> {
  let operation = started;
  let delayMs = params.initialDelayMs;
  while (!hasEnded(method, operation)) {
    const url = pollUrl(method, operation, destination);
    // An answer that cannot be polled is returned unchanged.
    if (url === undefined) return operation;
    const pauseMs = Math.min(delayMs, deadlineMs - host.clock.now());
    if (pauseMs <= 0) throw timeoutError(`TimeoutError: the operation of ${method.name} took too long`);
    await host.idle(() => host.clock.sleep(pauseMs, host.signal));
    delayMs = Math.min(delayMs * params.multiplier, params.maxDelayMs);
    operation = await requestWithRetries(
      {
        method: 'GET',
        url,
        query: new Map(),
        headers: new Map(),
        body: null,
        scopes: params.scopes,
        authorized: destination.authorized,
      },
      deadlineMs,
      host,
    );
  }
  const failure = failureOf(method, operation);
  if (failure !== undefined) throw failure;
  return operation;
}

function hasEnded({ polling }: ConnectorMethod, operation: Value): boolean {
  switch (polling) {
    case undefined:
      return true;
    case 'operation':
      return at(operation, 'done') === true;
    case 'status':
      return at(operation, 'status') === 'DONE';
    case 'job':
      return at(operation, 'status', 'state') === 'DONE';
    case 'execution':
      return !['ACTIVE', 'QUEUED'].includes(String(at(operation, 'state')));
  }
}

/** The error of an operation that has ended with one. */
function failureOf({ polling }: ConnectorMethod, operation: Value): Raised | undefined {
  if (polling === 'execution') {
    return at(operation, 'state') === 'SUCCEEDED' ? undefined : failedExecution(operation);
  }
  const error = errorOf(polling, operation);
  return error === null ? undefined : operationError(error, operation);
}

/** What the operation has in place of an error, or null. */
function errorOf(polling: Exclude<Polling, 'execution'> | undefined, operation: Value): Value {
  switch (polling) {
    case undefined:
      return null;
    case 'operation':
      return at(operation, 'error');
    case 'status': {
      // Compute Engine and Cloud SQL list the errors; GKE has a google.rpc.Status there.
      const errors = at(operation, 'error', 'errors');
      return isList(errors) && errors.length === 0 ? null : at(operation, 'error');
    }
    case 'job':
      return at(operation, 'status', 'errorResult');
  }
}

/** The URL for the next read of the operation: its self link at the destination's origin, or its name. */
function pollUrl(method: ConnectorMethod, operation: Value, { rootUrl }: Destination): string | undefined {
  const link = at(operation, 'selfLink');
  if (typeof link === 'string' && URL.canParse(link)) {
    const { pathname, search } = new URL(link);
    return `${rootUrl}${pathname}${search}`;
  }
  const name = at(operation, 'name');
  if (typeof name !== 'string') return undefined;
  return `${rootUrl}/${operationPath(method, name)}`;
}

/** Most APIs name an operation by its whole path below their version; Speech and Drive by its last part only. */
function operationPath(method: ConnectorMethod, name: string): string {
  const template = method.operationPath ?? `${method.path.slice(0, method.path.indexOf('/'))}/{+name}`;
  const id = template.includes('/operations/') ? name.replace(/^operations\//, '') : name;
  return expandPath(template, new Map([['name', id]]), method.name);
}

/** The error map of an operation that failed ("Workflow errors": OperationError). */
function operationError(failure: Value, operation: Value): Raised {
  const message = at(failure, 'message') ?? encodeJson(failure);
  const details = new Map<string, Value>([
    ['error', failure],
    ['operation', operation],
  ]);
  return new Raised(errorMap(['OperationError'], `OperationError: ${message}`, details));
}

function at(value: Value, ...keys: readonly string[]): Value {
  let found: Value = value;
  for (const key of keys) found = (isMap(found) ? (found as ValueMap).get(key) : undefined) ?? null;
  return found;
}
