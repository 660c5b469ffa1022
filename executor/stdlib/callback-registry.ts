import { randomUUID } from 'node:crypto';
import type { Value } from '../values/value.ts';

/** The outcome of a request to a callback endpoint. `not restored`: the execution has yet to make the endpoint again. */
export type Delivery = 'delivered' | 'unknown endpoint' | 'wrong method' | 'not restored';

/** The endpoint as a list of the API shows it. */
export interface ListedEndpoint {
  /** The last part of the path. */
  readonly id: string;
  readonly method: string;
  /** The requests that no step has taken yet. */
  readonly received: readonly Value[];
  /** The number of steps that wait for a request. */
  readonly waiters: number;
}

interface Endpoint {
  readonly execution: string;
  readonly method: string;
  /** Requests that came while no execution waited. */
  readonly received: Value[];
  readonly waiting: ((request: Value) => void)[];
}

/** The callback endpoints of running executions ("Wait using callbacks"). An endpoint lives as long as its execution. */
export class CallbackRegistry {
  /** Told of every request that an endpoint takes, before its workflow is. */
  readonly onRequest: ((execution: string, path: string, request: Value) => void) | undefined;
  readonly #isReplaying: (execution: string) => boolean;
  readonly #recovered = new Map<string, readonly Value[]>();
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(
    onRequest?: (execution: string, path: string, request: Value) => void,
    isReplaying: (execution: string) => boolean = () => false,
  ) {
    this.onRequest = onRequest;
    this.#isReplaying = isReplaying;
  }

  /** Makes an endpoint and gives its path, which begins with `/v1/`. */
  create(execution: string, method: string): string {
    const path = `/v1/${execution}/callbacks/${randomUUID()}`;
    this.#endpoints.set(path, { execution, method, received: [], waiting: [] });
    return path;
  }

  /** Makes an endpoint again that an earlier process made, with the requests that came there. */
  restore(execution: string, method: string, path: string): void {
    const received = [...(this.#recovered.get(path) ?? [])];
    this.#recovered.delete(path);
    this.#endpoints.set(path, { execution, method, received, waiting: [] });
  }

  /** Takes a request that an earlier process has handed on. */
  consume(path: string): void {
    this.#endpoints.get(path)?.received.shift();
  }

  /** Keeps requests that came in an earlier process, until their endpoints are there again. */
  recover(requests: ReadonlyMap<string, readonly Value[]>): void {
    for (const [path, received] of requests) this.#recovered.set(path, received);
  }

  /** The endpoints of an execution, in the order of their ids. */
  endpointsOf(execution: string): readonly ListedEndpoint[] {
    return [...this.#endpoints]
      .filter(([, endpoint]) => endpoint.execution === execution)
      .map(([path, { method, received, waiting }]) => ({
        id: path.slice(path.lastIndexOf('/') + 1),
        method,
        received,
        waiters: waiting.length,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  deliver(path: string, method: string, request: Value): Delivery {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) {
      const [, execution = ''] = /^\/v1\/(.+)\/callbacks\/[^/]*$/.exec(path) ?? [];
      return this.#isReplaying(execution) ? 'not restored' : 'unknown endpoint';
    }
    if (endpoint.method !== method) return 'wrong method';
    this.onRequest?.(endpoint.execution, path, request);
    const next = endpoint.waiting.shift();
    if (next) next(request);
    else endpoint.received.push(request);
    return 'delivered';
  }

  /** The next request; undefined when there is no such endpoint. Stops waiting when the signal is aborted. */
  next(path: string, signal: AbortSignal): Promise<Value> | undefined {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) return undefined;
    const request = endpoint.received.shift();
    if (request !== undefined) return Promise.resolve(request);
    return new Promise((resolve, reject) => {
      const stop = () => {
        endpoint.waiting.splice(endpoint.waiting.indexOf(deliver), 1);
        reject(signal.reason);
      };
      const deliver = (arrived: Value) => {
        signal.removeEventListener('abort', stop);
        resolve(arrived);
      };
      endpoint.waiting.push(deliver);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** Removes the endpoints of an execution that has ended. */
  close(execution: string): void {
    for (const [path, endpoint] of this.#endpoints) {
      if (endpoint.execution === execution) this.#endpoints.delete(path);
    }
  }
}
