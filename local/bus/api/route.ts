import type { CallerGone } from '../../../shared/http/caller-gone.ts';

/** An HTTP request to the local Pub/Sub, parsed for the handler of a route. */
export interface Call {
  readonly project: string;
  /** The topic or subscription in the path, without the project. Empty for a list. */
  readonly name: string;
  readonly query: unknown;
  readonly body: unknown;
  readonly gone: CallerGone;
}

export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** The path after `/v1/projects/{project}`. */
  readonly path: string;
  /** Returns the JSON of the answer. @throws Failure for an error */
  readonly handle: (call: Call) => object | Promise<object>;
}
