/**
 * Sends the calls that are made at the same moment as one request.
 *
 * Invariant: each call gets the same answer, or the same ApiError, as if it had been sent alone.
 */
import { ApiError, apiErrorOf } from './api-error.ts';
import { INVALID_ARGUMENT, UNAVAILABLE } from './code.ts';
import { endOfTurn } from './end-of-turn.ts';
import type { CallOptions, HttpApi } from './http-api.ts';
import { operationPath } from './operation-resource.ts';

export interface BatchableCall {
  /** The field of the call in a batch. */
  readonly field: 'heartbeat' | 'apply' | 'create';
  /** The operation that the call is about. Absent if the call creates it. */
  readonly operation: string | undefined;
  /** The JSON of its body. A batch has no path: the body names the operation. */
  readonly json: string;
}

interface Pending {
  readonly call: BatchableCall;
  readonly resolve: (answer: object) => void;
  readonly reject: (error: unknown) => void;
}

interface BatchAnswer {
  readonly lease?: object;
  readonly applied?: object;
  readonly operation?: object;
  readonly error?: { readonly code?: number };
}

/** The calls of a batch are answered together, so a larger batch would delay its first call. */
const MAX_CALLS = 100;
/** In UTF-16 code units, each of at most three bytes: a batch stays below the server's limit of 8 MB. */
const MAX_BATCH_LENGTH = 2_500_000;
/** Codes that refuse the batch as a whole and say nothing about its calls. The calls are then sent alone. */
const OF_THE_BATCH = ['NOT_FOUND', 'UNIMPLEMENTED', INVALID_ARGUMENT];

export class CallBatches {
  readonly #api: HttpApi;
  readonly #options: CallOptions;
  #pending: Pending[] = [];
  /** Whether the server has the method `:batch` with calls of these kinds. Servers of earlier releases do not. */
  #supported = true;

  /** @param options of the requests. If the calls are idempotent, each is retried as if it had been sent alone. */
  constructor(api: HttpApi, options: CallOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Sends the call with those of the same moment. Rejects with an ApiError. */
  call(call: BatchableCall): Promise<object> {
    return new Promise((resolve, reject) => {
      if (this.#pending.push({ call, resolve, reject }) === 1) endOfTurn(() => this.#flush());
    });
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    let group: Pending[] = [];
    let length = 0;
    for (const one of pending) {
      const size = one.call.json.length;
      const isFull = group.length === MAX_CALLS || length + size > MAX_BATCH_LENGTH;
      if (isFull && group.length > 0) {
        void this.#send(group);
        group = [];
        length = 0;
      }
      group.push(one);
      length += size;
    }
    void this.#send(group);
  }

  async #send(group: readonly Pending[]): Promise<void> {
    if (group.length === 1 || !this.#supported) {
      for (const one of group) this.#sendAlone(one);
      return;
    }
    try {
      const body = `{"calls":[${group.map(({ call: { field, json } }) => `{"${field}":${json}}`).join(',')}]}`;
      const { answers = [] } = await this.#post<{ answers?: readonly BatchAnswer[] }>(
        '/v1/operations:batch',
        body,
      );
      for (const [index, one] of group.entries()) this.#settle(one, answers[index]);
    } catch (error) {
      if (isUnsupported(error)) this.#supported = false;
      for (const one of group) {
        if (isOfTheBatch(error)) this.#sendAlone(one);
        else one.reject(error);
      }
    }
  }

  #settle(one: Pending, answer: BatchAnswer | undefined): void {
    const given = answer?.lease ?? answer?.applied ?? answer?.operation;
    if (given) {
      one.resolve(given);
    } else {
      // The request that retries is the call's own.
      this.#sendAlone(
        one,
        answer?.error
          ? apiErrorOf(answer.error.code ?? 0, answer)
          : new ApiError(UNAVAILABLE, 'the batch has no answer for this call'),
      );
    }
  }

  #sendAlone({ call, resolve, reject }: Pending, failed?: ApiError): void {
    this.#post<object>(pathAlone(call), call.json, failed).then(resolve, reject);
  }

  #post<T>(path: string, json: string, failed?: ApiError): Promise<T> {
    return this.#api.call<T>('POST', path, json, this.#options, failed);
  }
}

/** The path of the call when it is sent alone. */
export function pathAlone({ field, operation }: Pick<BatchableCall, 'field' | 'operation'>): string {
  return operation === undefined ? '/v1/operations' : `${operationPath(operation)}:${field}`;
}

/** A server that does not know the method, or not this kind of call: it names the first item. */
function isUnsupported(error: unknown): boolean {
  const isOfItem = ({ field }: { field: string }) => /^calls\[\d+\]$/.test(field);
  return isOfTheBatch(error) && (error.code !== INVALID_ARGUMENT || error.fieldViolations.some(isOfItem));
}

function isOfTheBatch(error: unknown): error is ApiError {
  return error instanceof ApiError && OF_THE_BATCH.includes(error.code);
}
