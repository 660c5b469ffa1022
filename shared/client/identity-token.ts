import type { Authorization } from './http-api.ts';

/**
 * Fetches OIDC tokens for Cloud Run with google-auth-library:
 * https://cloud.google.com/run/docs/authenticating/service-to-service
 *
 * A bundle for Node contains the library. That for browsers does not: the package has a client for them, without this module. Calls
 * to loopback, and calls of a page to its own origin, need no token.
 *
 * @param audience whom the token is for, as the called service knows itself. Default: the origin of `url`
 */
export function identityToken(url: string, audience?: string): Authorization {
  if (!/^https:/i.test(url) || !('process' in globalThis)) return async () => undefined;
  const named = audience ?? new URL(url).origin;
  let client: Promise<IdTokenClient> | undefined;
  return async (refused) => {
    // The library keeps a token until it expires by the clock of this machine, which may be behind.
    if (refused) client = undefined;
    client ??= open(named);
    try {
      return (await (await client).getRequestHeaders()).get('authorization') ?? undefined;
    } catch (error) {
      client = undefined;
      throw error;
    }
  };
}

interface IdTokenClient {
  getRequestHeaders(): Promise<Headers>;
}

async function open(audience: string): Promise<IdTokenClient> {
  const { GoogleAuth } = await import('google-auth-library');
  return new GoogleAuth().getIdTokenClient(audience);
}
