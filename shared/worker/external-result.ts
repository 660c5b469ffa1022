/**
 * Reads the result of an operation of another service from that service. The workflow that polls the operation may report
 * only the outcome, because Cloud Workflows limits the variables of an execution to 512 KB. https://cloud.google.com/workflows/quotas
 */
import { HttpApi } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import type { WireOperation } from '../client/operation-resource.ts';

export interface ExternalService {
  readonly endpoint: string;
  readonly audience?: string;
}

/** Reads an operation from its service. */
export type ReadExternal = (service: ExternalService, name: string) => Promise<WireOperation>;

/** Reads with `fetch`, with the same methods and kinds of token as the workflow's polls. */
export function externalReader(send: typeof fetch): ReadExternal {
  const services = new Map<string, HttpApi>();
  return (service, name) => {
    const { endpoint, audience = endpoint } = service;
    const isGoogles = new URL(endpoint).hostname.endsWith('.googleapis.com');
    const key = `${endpoint} ${audience}`;
    const known = services.get(key);
    const authorization = isGoogles ? accessToken : identityToken(audience);
    const api = known ?? new HttpApi({ url: endpoint, fetch: send, authorization });
    if (!known) services.set(key, api);
    const options = { idempotent: true };
    return isGoogles
      ? api.call('GET', `/v1/${name}`, undefined, options)
      : api.call('POST', '/google.longrunning.Operations/GetOperation', { name }, options);
  };
}

/** An OAuth 2.0 access token from Google's library. */
async function accessToken(): Promise<string> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = 'https://www.googleapis.com/auth/cloud-platform';
  return `Bearer ${await new GoogleAuth({ scopes }).getAccessToken()}`;
}
