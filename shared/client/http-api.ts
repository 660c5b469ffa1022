/** Calls of the Operations API: JSON in, JSON out, tokens, retries. */
import { ApiError, apiErrorOf } from './api-error.ts';
import { fetchTransport, type Transport } from './transport.ts';

/** The value of the header `authorization`; undefined where a call needs none. */
export type Authorization = () => Promise<string | undefined>;

export interface HttpApiOptions {
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** `fetch` where absent. */
  readonly transport?: Transport;
  readonly authorization?: Authorization;
  /** Resolves after so many milliseconds; timers of the platform where absent. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface CallOptions {
  /** Whether the same call twice does the same as once: only then it is tried again. */
  readonly idempotent: boolean;
  /** 0 is no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const MAX_TRIES = 5;
const FIRST_BACKOFF_MS = 100;

export class HttpApi {
  readonly url: string;
  readonly #transport: Transport;
  readonly #authorization: Authorization;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(options: HttpApiOptions) {
    this.url = options.url.replace(/\/+$/, '');
    this.#transport = options.transport ?? fetchTransport(options.fetch ?? ((...args) => fetch(...args)));
    this.#authorization = options.authorization ?? (async () => undefined);
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** `body`: an object, or its JSON. @throws ApiError. UNAVAILABLE is tried again, and no other code: AIP-194. */
  async call<T>(
    method: string,
    path: string,
    body: object | string | undefined,
    options: CallOptions,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const response = await this.open(method, path, body, options);
        return (await response.json()) as T;
      } catch (error) {
        const again = options.idempotent && tries < MAX_TRIES && !options.signal?.aborted;
        if (!again || !(error instanceof ApiError) || error.code !== 'UNAVAILABLE') throw error;
      }
      // Full jitter: those that failed together do not come back together.
      await this.#sleep(Math.random() * FIRST_BACKOFF_MS * 4 ** tries);
    }
  }

  /** The answer as it comes, for streams. @throws ApiError where it is not 2xx. */
  async open(
    method: string,
    path: string,
    body: object | string | undefined,
    options: CallOptions,
  ): Promise<Response> {
    const authorization = await this.#authorization();
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    let response: Response;
    try {
      response = await this.#transport({
        ...{ method, url: this.url + path, timeoutMs, signal },
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(authorization && { authorization }),
          ...options.headers,
        },
        body: body && typeof body === 'object' ? JSON.stringify(body) : body,
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new ApiError(
        'UNAVAILABLE',
        `${method} ${this.url}${path} was not answered: ${cause(error)}`,
        [],
        error,
      );
    }
    if (response.ok) return response;
    throw apiErrorOf(response.status, await response.json().catch(() => undefined));
  }
}

/** fetch hides the reason (ECONNREFUSED) in the cause of a "fetch failed". */
function cause(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || String(cause) : message;
}
