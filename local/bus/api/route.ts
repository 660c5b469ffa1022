/** A call as the routes see it. */
export interface Call {
  readonly project: string;
  /** The topic or subscription of the path, without the project; empty for a list. */
  readonly name: string;
  readonly query: unknown;
  readonly body: unknown;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** After `/v1/projects/{project}`. */
  readonly path: string;
  /** The answer's JSON; throws a Failure for an error. */
  readonly handle: (call: Call) => object | Promise<object>;
}
