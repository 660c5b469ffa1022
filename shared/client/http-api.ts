/** Calls the Operations API: JSON in and out, tokens, retries. */
import { ApiError, apiErrorOf, isUnavailable } from './api-error.ts';
import { UNAVAILABLE } from './code.ts';
import { pause } from './pause.ts';
import { retryPauseMs } from './retry-pause.ts';
import { fetchTransport, type Transport } from './transport.ts';

/**
 * Returns the value of the `authorization` header, or undefined if a call needs none. A worker gives the value that the server has
 * refused with 401 since the last call, if any: a cached token has to be replaced then.
 */
export type Authorization = (refused?: string) => Promise<string | undefined>;

/** A try that failed, and is repeated. */
export interface Retry {
  /** Why it failed: UNAVAILABLE with the URL, or the error of a watch whose connection was lost. */
  readonly error: Error;
  /** The number of tries so far, from 1. */
  readonly tries: number;
  /** The time until the next try, in milliseconds. */
  readonly delayMs: number;
}

/** How calls are retried. */
export interface Retries {
  /** Resolves after a number of milliseconds, or once the signal is aborted. Default: the platform's timers. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Whether calls may still be retried. Default: they always may. */
  readonly mayRetry?: () => boolean;
  /** Called before each pause. */
  readonly onRetry?: (retry: Retry) => void;
}

export interface HttpApiOptions extends Retries {
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** Default: `fetch`. */
  readonly transport?: Transport;
  readonly authorization?: Authorization;
}

export interface CallOptions {
  /** Whether the call is idempotent. Only an idempotent call is retried. */
  readonly idempotent: boolean;
  /** 0 means no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const MAX_TRIES = 5;
const FIRST_BACKOFF_MS = 100;
/** A longer pause that a server asks for is left to the caller, who gets the error with its `retryDelayMs`. */
const LONGEST_DELAY_MS = 30_000;

export class HttpApi {
  declare readonly url: string;
  declare readonly onRetry: Retries['onRetry'];
  readonly #transport: Transport;
  readonly #authorization: Authorization | undefined;
  readonly #sleep: NonNullable<Retries['sleep']>;
  readonly #mayRetry: Retries['mayRetry'];

  constructor(options: HttpApiOptions) {
    this.url = options.url.replace(/\/+$/, '');
    this.#transport = options.transport ?? fetchTransport(options.fetch ?? ((...args) => fetch(...args)));
    this.#authorization = options.authorization;
    this.#sleep = options.sleep ?? pause;
    this.#mayRetry = options.mayRetry;
    this.onRetry = options.onRetry;
  }

  /**
   * `body` is an object, or its JSON. Retries UNAVAILABLE and no other code (AIP-194), not before the time that google.rpc.RetryInfo
   * gives.
   *
   * @param failed the error of a first try that was made in another way
   * @throws ApiError
   */
  async call<T>(
    method: string,
    path: string,
    body: object | string | undefined,
    options: CallOptions,
    failed?: ApiError,
  ): Promise<T> {
    const startMs = performance.now();
    const { idempotent, signal } = options;
    const call = this.#named(method, path);
    for (let tries = 1; ; tries++) {
      try {
        if (failed && tries === 1) throw failed;
        return (await read(await this.open(method, path, body, options), call, signal)) as T;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        const again =
          idempotent &&
          tries < MAX_TRIES &&
          retryPauseMs(error, 0) <= LONGEST_DELAY_MS &&
          !signal?.aborted &&
          this.#mayRetry?.() !== false;
        if (!again) throw tries > 1 ? afterTries(error, tries, startMs, call) : error;
        // Full jitter, so that calls that failed together are not retried together.
        const delayMs = retryPauseMs(error, Math.random() * FIRST_BACKOFF_MS * 4 ** tries);
        this.onRetry?.({ error, tries, delayMs });
        await this.#sleep(delayMs, signal);
        signal?.throwIfAborted();
      }
    }
  }

  /** Returns the answer as a stream. @throws ApiError if the status is not 2xx */
  async open(
    method: string,
    path: string,
    body: object | string | undefined,
    { timeoutMs = TIMEOUT_MS, signal, headers }: CallOptions,
  ): Promise<Response> {
    const authorization = await this.#authorization?.();
    const call = this.#named(method, path);
    let response: Response;
    try {
      response = await this.#transport({
        method,
        url: this.url + path,
        headers: headersOf(body, authorization, headers),
        body: body && typeof body === 'object' ? JSON.stringify(body) : body,
        timeoutMs,
        signal,
      });
    } catch (error) {
      throw unanswered(error, call, signal);
    }
    if (response.ok) return response;
    throw apiErrorOf(response.status, await read(response, call, signal), call);
  }

  /** The name of a call in errors. */
  #named(method: string, path: string): string {
    return `${method} ${this.url}${path}`;
  }
}

/**
 * Returns undefined for an error without JSON, as proxies answer it.
 *
 * @throws ApiError UNAVAILABLE if the connection ends in the middle of the answer, UNKNOWN if a successful answer is no JSON
 */
async function read(response: Response, call: string, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unanswered(error, call, signal);
    if (response.ok) throw apiErrorOf(response.status, undefined, call);
  }
}

function unanswered(error: unknown, call: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return new ApiError(UNAVAILABLE, `${call} was not answered: ${reason(error)}`, [], error);
}

/** The last error of a call that was tried several times. */
function afterTries(
  { code, message, details, cause }: ApiError,
  tries: number,
  startMs: number,
  call: string,
): ApiError {
  // The message of a server does not name the call.
  const at = message.includes(call) ? '' : `${call}: `;
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  return new ApiError(code, `${at}${message} (${tries} tries in ${seconds} s)`, details, cause);
}

/** The headers of a call. A header that the call does not send is absent. */
function headersOf(
  body: object | string | undefined,
  authorization: string | undefined,
  others: CallOptions['headers'],
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (body) headers['content-type'] = 'application/json';
  if (authorization) headers.authorization = authorization;
  return Object.assign(headers, others);
}

/**
 * fetch hides the reason, such as ECONNREFUSED, in the cause of "fetch failed". If a host has several addresses, the error has only a code.
 */
function reason(error: unknown): string {
  const { cause } = error as Error;
  const { message, code } = (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
  return message || code || String(error);
}
