import { errorMap, httpError, Raised, timeoutError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import type { BlockingHost } from '../stdlib/function.ts';
import { sendRequest } from '../stdlib/http.ts';
import { httpRequest } from '../stdlib/http-request.ts';
import { isRetriable } from '../stdlib/retry.ts';
import type { Value, ValueMap } from '../values/value.ts';

/** A request to an API. */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly query: ValueMap;
  readonly headers: ValueMap;
  readonly body: Value;
  readonly scopes: readonly string[];
  readonly authorized: boolean;
}

/** The built-in retries of connectors ("Understand connectors, retries"). */
const RETRIES = { atMost: 5, firstDelayMs: 1000, multiplier: 1.25, maxDelayMs: 60_000 };

/**
 * Sends a request and gives the body of the answer. GET is retried as idempotent calls are, every other method as
 * non-idempotent ones are.
 *
 * @throws Raised HttpError, ConnectionError, TimeoutError, AuthError
 */
export async function requestWithRetries(
  request: ApiRequest,
  deadlineMs: number,
  host: BlockingHost,
): Promise<Value> {
  let delayMs = RETRIES.firstDelayMs;
  for (let retry = 0; ; retry++) {
    try {
      return (await sendOnce(request, deadlineMs, host)).get('body') ?? null;
    } catch (error) {
      if (!(error instanceof Raised) || retry >= RETRIES.atMost) throw error;
      if (!isRetriable(error.value, request.method === 'GET')) throw error;
      if (host.clock.now() + delayMs > deadlineMs) throw error;
      await host.idle(() => host.clock.sleep(delayMs, host.signal));
      delayMs = Math.min(delayMs * RETRIES.multiplier, RETRIES.maxDelayMs);
    }
  }
}

async function sendOnce(request: ApiRequest, deadlineMs: number, host: BlockingHost): Promise<ValueMap> {
  const { method, url, query, body, authorized, scopes } = request;
  const leftMs = Math.min(deadlineMs - host.clock.now(), LIMITS.httpTimeoutMs);
  if (leftMs <= 0) throw timeoutError(`TimeoutError: ${method} ${url} took too long`);
  const made = httpRequest(method, url, request.headers, body, query.size === 0 ? null : query);
  if (authorized) await authorize(made.headers, scopes, host);
  host.countHttpCall(url);
  const response = await sendRequest(made, leftMs / 1000, host);
  const code = response.get('code');
  if (typeof code !== 'bigint' || code < 400n) return response;
  throw new Raised(httpError(code, response));
}

/** @throws AuthError without credentials */
async function authorize(headers: Headers, scopes: readonly string[], host: BlockingHost): Promise<void> {
  try {
    headers.set('authorization', `Bearer ${await host.accessToken(scopes)}`);
  } catch (error) {
    throw new Raised(errorMap(['AuthError'], `AuthError: ${error instanceof Error ? error.message : error}`));
  }
}
