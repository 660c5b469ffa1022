import type { ClientOptions } from 'google-gax';

export interface WorkflowsEndpoint {
  /** The base URL of the Workflow Executions API. Default: Google's. */
  readonly workflowsEndpoint?: string;
}

/** The client library's options for an endpoint. A plain http endpoint is local and gets no credentials. */
export function clientOptions({ workflowsEndpoint }: WorkflowsEndpoint): ClientOptions {
  if (workflowsEndpoint === undefined) return {};
  const { protocol, hostname, port } = new URL(workflowsEndpoint);
  const secure = protocol === 'https:';
  const options: ClientOptions = {
    fallback: true,
    apiEndpoint: hostname,
    port: Number(port || (secure ? 443 : 80)),
    protocol: secure ? 'https' : 'http',
  };
  if (!secure) options.auth = ANONYMOUS;
  return options;
}

/** The part of GoogleAuth that the client library uses. */
const ANONYMOUS = {
  getRequestHeaders: async () => new Headers(),
  getClient: async () => ({ getRequestHeaders: async () => new Headers() }),
  fetch: (url: string | URL, init?: RequestInit) => fetch(url, init),
  getProjectId: async () => 'local',
  getUniverseDomain: async () => 'googleapis.com',
} as unknown as NonNullable<ClientOptions['auth']>;
