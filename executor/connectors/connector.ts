import type { FunctionParameter } from '../stdlib/function.ts';

/**
 * How a connector waits for the long-running operation that its call starts ("Understand connectors", long-running operations).
 */
export type Polling =
  /** `google.longrunning.Operation`: `done`, then `error` or `response`. */
  | 'operation'
  /** An operation with `status`, such as those of Compute Engine, Cloud SQL and GKE. */
  | 'status'
  /** A BigQuery job: `status.state`. */
  | 'job'
  /** An execution of a workflow: `state`. */
  | 'execution';

/** A method of one of Google's APIs, called by its REST form. */
export interface ConnectorMethod {
  readonly kind: 'method';
  /** `googleapis.API.VERSION.RESOURCE.METHOD`, as a call step names it. */
  readonly name: string;
  readonly api: string;
  readonly httpMethod: string;
  readonly rootUrl: string;
  /** A path template: `{name}` is replaced by the escaped value, and `{+name}` by the value with its slashes. */
  readonly path: string;
  /** The parameters, those of the path first. `fallback` marks optional ones. */
  readonly parameters: readonly FunctionParameter[];
  readonly hasBody: boolean;
  readonly mediaUpload: boolean;
  readonly polling?: Polling;
  /** The path template by which the API reads an operation from its `name`, where it has such a method. */
  readonly operationPath?: string;
}

/** Whether the path of a method contains a parameter. Its other parameters may also stand in the map `query` of a call. */
export function isInPath({ path }: ConnectorMethod, name: string): boolean {
  return path.includes(`{${name}}`) || path.includes(`{+${name}}`);
}

/** A function that Google documents beside the methods of an API: `accessString`, `executions.run`, `gke.request`. */
export interface ConnectorHelper {
  readonly kind: 'helper';
  readonly name: string;
  readonly api: string;
  readonly parameters: readonly FunctionParameter[];
}

export type Connector = ConnectorMethod | ConnectorHelper;

/** The arguments that every connector has in addition to its own. */
export const CONNECTOR_PARAMS = 'connector_params';

/** A map of query parameters, which every method accepts. */
export const QUERY_ARGUMENT = 'query';

/** Arguments that every method of Google's APIs accepts ("Standard query parameters"). */
export const SYSTEM_PARAMETERS: ReadonlySet<string> = new Set([
  'alt',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'userIp',
  'access_token',
  'callback',
  'uploadType',
  'upload_protocol',
  '$.xgafv',
]);
