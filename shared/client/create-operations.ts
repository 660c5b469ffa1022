import { payloadFromAny, payloadToAny } from './any.ts';
import { type ApiError, isUnavailable } from './api-error.ts';
import { CallBatches } from './call-batches.ts';
import { INVALID_ARGUMENT } from './code.ts';
import { type DefinitionSpec, definitionOf } from './definition.ts';
import { creationFields } from './dispatch.ts';
import type { Duration } from './duration.ts';
import { durationMs, protoDuration } from './duration-field.ts';
import { exportRecords } from './export.ts';
import { type Authorization, HttpApi, type Retry } from './http-api.ts';
import { identityToken } from './identity-token.ts';
import type { JsonObject } from './json.ts';
import { fromWireStatus, invalidArgument, OperationError, type WireStatus } from './operation-error.ts';
import { operationPath, operationResource, type WireOperation, wholeName } from './operation-resource.ts';
import type { CallOptions, ChildRow, Handle, Operations, RerunOptions } from './operations.ts';
import { requireOperationsUrl } from './operations-url.ts';
import { type Call, eachPage, query } from './pages.ts';
import { pause } from './pause.ts';
import { retryWarning } from './retry-warning.ts';
import { type NamedSchemas, parse } from './schema.ts';
import { watch } from './watch.ts';

/** The options of {@link createOperations}. */
export interface OperationsOptions {
  /** The URL of the Operations API. Default: the environment variable OPERATIONS_URL. */
  url?: string | undefined;
  /** Makes the HTTP calls. Default: the platform's `fetch`. */
  fetch?: typeof fetch | undefined;
  /**
   * Returns the `authorization` header of each call. Default for an https URL: an OIDC token by google-auth-library.
   */
  authorization?: Authorization | undefined;
  /**
   * Called before a call that nothing has answered, or that was answered with UNAVAILABLE, is tried again. A call rejects after five
   * tries and up to half a minute. Default: after the third try, a warning of the process, at most once a minute. A browser has none.
   *
   * @example onRetry: ({ error, tries }) => console.error(`try ${tries}: ${error.message}`)
   */
  onRetry?: ((retry: Retry) => void) | undefined;
}

/**
 * Returns a client of a deployment, or of the local system.
 *
 * @example
 * const lro = createOperations({ url: 'http://localhost:8080' });
 * const handle = await lro.create(report, { pages: ['cover'] }, { requestId: 'order-7' });
 * const { urls } = await handle.result({ timeout: '5m' });
 * @throws OperationError INVALID_ARGUMENT if no URL is given, or a host without `http://` or `https://`
 */
export function createOperations(options: OperationsOptions = {}): Operations {
  const url = options.url ?? globalThis.process?.env?.OPERATIONS_URL;
  if (!url) {
    throw invalidArgument(
      'url: set it, or OPERATIONS_URL, to the URL of the Operations API, such as http://localhost:8080',
    );
  }
  requireOperationsUrl(url);
  const authorization = options.authorization ?? identityToken(url);
  const onRetry = options.onRetry ?? retryWarning();
  return operationsOf(new HttpApi({ url, fetch: options.fetch, authorization, onRetry }));
}

/** The timeout of one `:wait` call: shorter than the limit of common proxies. */
const WAIT_ROUND_MS = 30_000;
/**
 * The shortest time between two `:wait` calls, which doubles as long as calls are answered early: a server that holds as many calls as it
 * can answers at once.
 */
const FIRST_EARLY_MS = 200;
const LONGEST_EARLY_MS = 5_000;
/** How long a wait for a result goes on without an answer. A server may be restarted or out of reach meanwhile. */
const LONGEST_OUTAGE_MS = 300_000;
const PAGE_SIZE = 1_000;
/** Without a request id, a repeated call would be carried out twice. */
const newRequestId = () => crypto.randomUUID();
const REPEATABLE = { idempotent: true } as const;

export function operationsOf(api: HttpApi): Operations {
  const creates = new CallBatches(api, REPEATABLE);
  const call: Call = (method, path, body) => api.call(method, path, body, REPEATABLE);
  /** `what` is the rest of the path: `:explain`. */
  const read = <T>(name: string, what = ''): Promise<T> => call('GET', operationPath(name) + what);
  const post = <T>(name: string, what: string, body: object = {}): Promise<T> =>
    call('POST', operationPath(name) + what, body);
  const operations: Operations = {
    async create(of, input, options = {}) {
      const definition = definitionOf(of);
      const payload = payloadToAny(input, 'input', INVALID_ARGUMENT);
      const parsed = parse(definition.input, input, 'input', INVALID_ARGUMENT);
      if (parsed instanceof Promise) await parsed;
      const body = Object.assign(creationFields(definition, options), {
        operationId: options.operationId,
        requestId: options.requestId ?? newRequestId(),
        input: payload,
      });
      const create = { field: 'create', operation: undefined, json: JSON.stringify(body) } as const;
      const { name } = (await creates.call(create)) as WireOperation;
      return handle(operations, definition, name);
    },
    open: (of, name) => handle(operations, definitionOf(of), wholeName(name)),
    async get(name) {
      return operationResource(await read(name));
    },
    async *list({ filter = '', pageSize = PAGE_SIZE } = {}) {
      const pages = eachPage<{ operations?: WireOperation[] }>(call, '/v1/operations', { filter, pageSize });
      for await (const { operations: page = [] } of pages)
        for (const one of page) yield operationResource(one);
    },
    async wait(name, { timeout, signal } = {}) {
      const body = { timeout: protoDuration(timeout, 'timeout') };
      const timeoutMs = timeout === undefined ? 0 : durationMs(timeout, 'timeout') + WAIT_ROUND_MS;
      const waiting = { idempotent: true, timeoutMs, signal };
      return operationResource(await api.call('POST', `${operationPath(name)}:wait`, body, waiting));
    },
    async cancel(name) {
      await post(name, ':cancel');
    },
    async delete(name) {
      await call('DELETE', operationPath(name));
    },
    async erase(name) {
      const { reruns = [] } = await post<{ reruns?: string[] }>(name, ':erase');
      return { reruns };
    },
    export: (name) => exportRecords(api, `${operationPath(name)}:export`),
    async notify(name, notification, payload, { requestId = newRequestId() } = {}) {
      const any = payloadToAny(payload, 'payload', INVALID_ARGUMENT);
      const body = { name: notification, payload: any, requestId };
      await post(name, ':notify', body);
    },
    async rerun(name, { from = 'RESUME_POINT', requestId = newRequestId(), ...options } = {}) {
      const body = { from, requestId, ...options };
      return operationResource(await post(name, ':rerun', body));
    },
    async bulk(action, { requestId = newRequestId(), ...options }) {
      const body = { requestId, ...options };
      return operationResource(await call('POST', `/v1/operations:${action}`, body));
    },
    explain: (name) => read(name, ':explain'),
    inspect: (name) => read(name, ':inspect'),
    watch(options = {}) {
      const { name, filter } = options;
      const path = name ? operationPath(name) : '/v1/operations';
      return watch(api, `${path}:watch${name ? '' : query({ filter })}`, options);
    },
    async *children(name, { waitId, outcome } = {}) {
      const path = `${operationPath(name)}/children`;
      const pages = eachPage<{ children?: WireChild[] }>(call, path, {
        waitId,
        outcome,
        pageSize: PAGE_SIZE,
      });
      for await (const { children: page = [] } of pages) for (const one of page) yield childRow(one);
    },
  };
  return operations;
}

interface WireChild extends Omit<ChildRow, 'response' | 'error'> {
  readonly response?: JsonObject;
  readonly error?: WireStatus;
}

function childRow(wire: WireChild): ChildRow {
  const { response, error } = wire;
  return {
    ...wire,
    response: response && payloadFromAny(response),
    error: error && fromWireStatus(error, wire.name),
  };
}

function handle<R, M>(
  operations: Operations,
  definition: DefinitionSpec,
  name: string,
): Handle<R, NamedSchemas, M> {
  return {
    name,
    get: () => operations.get(name),
    async result(options) {
      const { error, response } = await untilDone(operations, name, options);
      if (error) throw error;
      return definition.response
        ? await parse(definition.response, response, `response of ${name}`, 'DATA_LOSS', name)
        : undefined;
    },
    cancel: () => operations.cancel(name),
    async notify(notification, payload, options) {
      const schema = definition.notifications?.[notification];
      if (!schema) throw invalidArgument(`${definition.method} has no notification "${notification}"`);
      await parse(schema, payload, 'payload', INVALID_ARGUMENT);
      await operations.notify(name, notification, payload as JsonObject, options);
    },
    async rerun(options?: RerunOptions) {
      return handle(operations, definition, (await operations.rerun(name, options)).name);
    },
    explain: () => operations.explain(name),
    inspect: () => operations.inspect(name),
    async *watch(options) {
      for await (const change of operations.watch({ name, signal: options?.signal })) {
        yield change;
        if (change.operation.done || change.deleted) return;
      }
    },
    children: (options) => operations.children(name, options),
  } as Handle<R, NamedSchemas, M>;
}

async function untilDone(
  operations: Operations,
  name: string,
  { timeout, signal }: { timeout?: Duration } & CallOptions = {},
) {
  let answeredMs = performance.now();
  const end = timeout === undefined ? Infinity : answeredMs + durationMs(timeout, 'timeout');
  for (let shortestMs = FIRST_EARLY_MS, outage: ApiError | undefined; ; ) {
    const startMs = performance.now();
    const left = Math.min(WAIT_ROUND_MS, end - startMs);
    if (left <= 0) {
      const message = `${name} was not done within ${timeout}`;
      throw outage ?? new OperationError('DEADLINE_EXCEEDED', message, { operation: name });
    }
    try {
      const operation = await operations.wait(name, { timeout: `${Math.ceil(left)}ms`, signal });
      if (operation.done) return operation;
      answeredMs = performance.now();
      outage = undefined;
    } catch (error) {
      if (!isUnavailable(error) || performance.now() - answeredMs > LONGEST_OUTAGE_MS) throw error;
      outage = error;
    }
    const earlyMs = startMs + Math.min(left, shortestMs) - performance.now();
    shortestMs = earlyMs > 0 ? Math.min(LONGEST_EARLY_MS, 2 * shortestMs) : FIRST_EARLY_MS;
    if (earlyMs > 0) await pause(earlyMs, signal);
  }
}
