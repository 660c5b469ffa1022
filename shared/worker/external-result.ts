/**
 * What an operation of another service came to, asked of that service: the workflow that polls it reports the outcome only,
 * since Cloud Workflows holds 512 KB of variables. https://cloud.google.com/workflows/quotas
 */
import { HttpApi } from '../client/http-api.ts';
import { identityToken } from '../client/identity-token.ts';
import type { WireOperation } from '../client/operation-resource.ts';

export interface ExternalService {
  readonly endpoint: string;
  readonly audience?: string;
}

/** The operation as its service has it. */
export type ReadExternal = (service: ExternalService, name: string) => Promise<WireOperation>;

/** By `fetch`, with the same calls and the same kinds of token as the workflow's polls. */
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

/** OAuth 2.0, by Google's own library, which keeps the token while it is good. */
async function accessToken(): Promise<string> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = 'https://www.googleapis.com/auth/cloud-platform';
  return `Bearer ${await new GoogleAuth({ scopes }).getAccessToken()}`;
}
