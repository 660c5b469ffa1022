/**
 * Reads the result of an operation of another service from that service. The workflow that polls the operation may report
 * only the outcome, because Cloud Workflows limits the variables of an execution to 512 KB. https://cloud.google.com/workflows/quotas
 */
import type { GoogleAuth } from 'google-auth-library';
import { type Authorization, HttpApi } from '../client/http-api.ts';
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
  const accessToken = accessTokens();
  return (service, name) => {
    const { endpoint, audience } = service;
    const isGoogles = new URL(endpoint).hostname.endsWith('.googleapis.com');
    const key = `${endpoint} ${audience ?? ''}`;
    let api = services.get(key);
    if (!api) {
      const authorization = isGoogles ? accessToken : identityToken(endpoint, audience ?? baseUrl(endpoint));
      api = new HttpApi({ url: endpoint, fetch: send, authorization });
      services.set(key, api);
    }
    const options = { idempotent: true };
    return isGoogles
      ? api.call('GET', `/v1/${name}`, undefined, options)
      : api.call('POST', '/google.longrunning.Operations/GetOperation', { name }, options);
  };
}

/** The audience of the workflow's polls, if the event names none (`AllowedHosts`): a service that accepts one accepts the other. */
function baseUrl(endpoint: string): string {
  return new URL(endpoint).href.replace(/\/+$/, '');
}

const SCOPES = 'https://www.googleapis.com/auth/cloud-platform';

/** Fetches OAuth 2.0 access tokens with Google's library, which keeps each until it expires. */
function accessTokens(): Authorization {
  let auth: Promise<GoogleAuth> | undefined;
  return async () => {
    auth ??= import('google-auth-library').then((library) => new library.GoogleAuth({ scopes: SCOPES }));
    return `Bearer ${await (await auth).getAccessToken()}`;
  };
}
