/**
 * Sends the calls that a worker makes at the same moment as one request.
 *
 * Invariant: each call gets the same answer, or the same ApiError, as if the worker had sent it alone.
 */
import { ApiError, apiErrorOf } from '../client/api-error.ts';
import type { HttpApi } from '../client/http-api.ts';

export interface BatchableCall {
  /** The path of the call when it is sent alone. */
  readonly path: string;
  /** The field of the call in a batch. */
  readonly field: 'heartbeat' | 'apply';
  /** The JSON of its body, with the name of the operation. */
  readonly json: string;
}

interface Pending extends BatchableCall {
  readonly resolve: (answer: object) => void;
  readonly reject: (error: unknown) => void;
}

interface BatchAnswer {
  readonly lease?: object;
  readonly applied?: object;
  readonly error?: { readonly code?: number };
}

/** The calls of a batch are answered together, so a larger batch would delay its first call. */
const MAX_CALLS = 100;
/** In UTF-16 code units, each of at most three bytes: a batch stays below the server's limit of 8 MB. */
const MAX_BATCH_LENGTH = 2_500_000;
/** Codes that refuse the batch as a whole and say nothing about its calls. The calls are then sent alone. */
const OF_THE_BATCH = ['NOT_FOUND', 'UNIMPLEMENTED', 'INVALID_ARGUMENT'];

export class CallBatches {
  readonly #api: HttpApi;
  readonly #timeoutMs: number;
  #pending: Pending[] = [];
  /** Whether the server has the method `:batch`. Servers of earlier releases do not. */
  #supported = true;

  constructor(api: HttpApi, timeoutMs: number) {
    this.#api = api;
    this.#timeoutMs = timeoutMs;
  }

  /** Sends the call with those of the same moment. It is not retried. Rejects with an ApiError. */
  call(call: BatchableCall): Promise<object> {
    return new Promise((resolve, reject) => {
      if (this.#pending.push({ ...call, resolve, reject }) === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    let group: Pending[] = [];
    let length = 0;
    for (const call of pending) {
      const isFull = group.length === MAX_CALLS || length + call.json.length > MAX_BATCH_LENGTH;
      if (isFull && group.length > 0) {
        void this.#send(group);
        group = [];
        length = 0;
      }
      group.push(call);
      length += call.json.length;
    }
    void this.#send(group);
  }

  async #send(calls: readonly Pending[]): Promise<void> {
    if (calls.length === 1 || !this.#supported) {
      for (const call of calls) this.#sendAlone(call);
      return;
    }
    try {
      const body = `{"calls":[${calls.map(({ field, json }) => `{"${field}":${json}}`).join(',')}]}`;
      const { answers = [] } = await this.#post<{ answers?: readonly BatchAnswer[] }>(
        '/v1/operations:batch',
        body,
      );
      for (const [index, call] of calls.entries()) settle(call, answers[index]);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'NOT_FOUND' || code === 'UNIMPLEMENTED') this.#supported = false;
      for (const call of calls) {
        if (OF_THE_BATCH.includes(code)) this.#sendAlone(call);
        else call.reject(error);
      }
    }
  }

  #sendAlone({ path, json, resolve, reject }: Pending): void {
    this.#post<object>(path, json).then(resolve, reject);
  }

  #post<T>(path: string, json: string): Promise<T> {
    return this.#api.call<T>('POST', path, json, { idempotent: false, timeoutMs: this.#timeoutMs });
  }
}

function settle({ resolve, reject }: Pending, answer: BatchAnswer | undefined): void {
  const given = answer?.lease ?? answer?.applied;
  if (given) resolve(given);
  else if (answer?.error) reject(apiErrorOf(answer.error.code ?? 0, answer));
  else reject(new ApiError('UNAVAILABLE', 'the batch was answered without this call'));
}
