import { errorMap, httpError, Raised, timeoutError, valueError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { numberArgument, textArgument } from './arguments.ts';
import { type Authorize, type BlockingFunction, type BlockingHost, blocking } from './function.ts';
import { connectionError } from './http-failure.ts';
import { type HttpRequest, httpRequest } from './http-request.ts';
import { readResponse } from './http-response.ts';

const ARGUMENTS = [
  'url',
  'headers?',
  'body?',
  'query?',
  'auth?',
  'timeout?',
  'private_service_name?',
  'ca_certificate?',
];

/** Seconds; one source says 300, another 1800. */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** The module `http` ("Make an HTTP request"). `private_service_name` and `ca_certificate` are accepted, not used. */
export const httpFunctions: readonly BlockingFunction[] = [
  ...['get', 'post', 'put', 'patch', 'delete'].map((method) =>
    blocking(`http.${method}`, ARGUMENTS, (args, host) => call(method.toUpperCase(), args, host)),
  ),
  blocking('http.request', ['method', ...ARGUMENTS], ([method, ...args], host) =>
    call(textArgument('method', method).toUpperCase(), args, host),
  ),
];

async function call(method: string, args: readonly Value[], host: BlockingHost): Promise<Value> {
  const [url = null, headers = null, body = null, query = null, auth = null, timeout = null] = args;
  const request = httpRequest(method, url, headers, body, query);
  const seconds = timeout === null ? DEFAULT_TIMEOUT_SECONDS : Number(numberArgument('timeout', timeout));
  if (!(seconds > 0) || seconds * 1000 > LIMITS.httpTimeoutMs) {
    throw valueError(
      `the timeout of an HTTP call must be above 0 and at most ${LIMITS.httpTimeoutMs / 1000} seconds`,
    );
  }
  if (auth !== null && host.authorize) await authorize(request, auth, host.authorize);
  host.countHttpCall(request.url);
  const response = await sendRequest(request, seconds, host);
  const code = response.get('code');
  if (typeof code !== 'bigint' || code < 400n) return response;
  throw new Raised(httpError(code, response));
}

/** @throws AuthError when the hook has no credentials */
async function authorize(request: HttpRequest, auth: Value, hook: Authorize): Promise<void> {
  try {
    const headers = await hook(auth, request.url);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  } catch (error) {
    throw new Raised(errorMap(['AuthError'], `AuthError: ${error instanceof Error ? error.message : error}`));
  }
}

/**
 * Sends, and reads the whole response. The timeout is real time even where the executor's clock is virtual: the call
 * leaves the executor, and virtual time stands still meanwhile.
 */
export async function sendRequest(
  request: HttpRequest,
  seconds: number,
  host: BlockingHost,
): Promise<ValueMap> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (host.signal.aborted) throw host.signal.reason;
  host.signal.addEventListener('abort', stop, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, seconds * 1000);
  try {
    const { url, method, headers, body } = request;
    const response = await fetch(url, { method, headers, body: body ?? null, signal: controller.signal });
    return await readResponse(response);
  } catch (error) {
    if (host.signal.aborted) throw host.signal.reason;
    if (timedOut)
      throw timeoutError(
        `TimeoutError: ${request.method} ${request.url} took longer than ${seconds} seconds`,
      );
    throw connectionError(error, request);
  } finally {
    clearTimeout(timer);
    host.signal.removeEventListener('abort', stop);
  }
}
