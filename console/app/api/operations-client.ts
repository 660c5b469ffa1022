/** The client of the Operations API. Its calls reject with an ApiError. */
import { errorOf, unreachable } from './api-error.ts';
import type {
  Child,
  Inspection,
  JsonObject,
  Operation,
  Outcome,
  Statistics,
  SummaryPage,
} from './operation.ts';

export interface PageRequest {
  readonly filter: string;
  readonly pageSize: number;
  readonly pageToken?: string;
  readonly skip?: number;
}

export interface ChildrenRequest {
  readonly waitId: string;
  readonly outcome?: Outcome;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

type Parameters = Readonly<Record<string, string | number | undefined>>;

export class OperationsClient {
  readonly #token: string | undefined;

  /** `token`: the token from the console server, which every change requires. */
  constructor(token: string | undefined) {
    this.#token = token;
  }

  list({ filter, pageSize, pageToken, skip }: PageRequest, signal?: AbortSignal): Promise<SummaryPage> {
    const parameters = {
      view: 'SUMMARY',
      filter: filter || undefined,
      pageSize,
      pageToken,
      skip: skip || undefined,
    };
    return this.get('/v1/operations', parameters, signal);
  }

  statistics(filter: string, signal?: AbortSignal): Promise<Statistics> {
    return this.get('/v1/operations:statistics', { filter: filter || undefined }, signal);
  }

  operation(name: string, signal?: AbortSignal): Promise<Operation> {
    return this.get(pathOf(name), {}, signal);
  }

  inspect(name: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Inspection> {
    return this.get(`${pathOf(name)}:inspect`, parameters, signal);
  }

  explain(name: string, signal?: AbortSignal): Promise<JsonObject> {
    return this.get(`${pathOf(name)}:explain`, {}, signal);
  }

  children(
    name: string,
    request: ChildrenRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly children?: readonly Child[]; readonly nextPageToken?: string }> {
    return this.get(`${pathOf(name)}/children`, { ...request }, signal);
  }

  async get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
    return this.#send<T>(path + queryOf(parameters), { signal });
  }

  /** Calls a method that changes something. Sends the token of the page. */
  async act<T = JsonObject>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    return this.#send<T>(path, {
      method,
      headers: {
        ...(this.#token !== undefined && { 'x-console-token': this.#token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async #send<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw unreachable(error);
    }
    if (!response.ok) throw await errorOf(response);
    return (await response.json()) as T;
  }
}

export function pathOf(name: string): string {
  return `/v1/operations/${encodeURIComponent(name.replace(/^operations\//, ''))}`;
}

function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text && `?${text}`;
}
