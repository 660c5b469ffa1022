import type { OAuth2Client } from 'google-auth-library';
import { withinLimit } from '../http/call-limit.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import type { VerifySignature } from './identity.ts';

type LoadClient = () => Promise<OAuth2Client>;

const loadClient: LoadClient = async () => new (await import('google-auth-library')).OAuth2Client();

/** Loads the library for the first token whose signature has to be verified, and one client for all tokens. */
function onFirstUse(load: LoadClient): LoadClient {
  let client: Promise<OAuth2Client> | undefined;
  return () => {
    client ??= load();
    return client;
  };
}

/**
 * Verifies tokens with the keys that Google publishes. The library caches the keys for as long as their headers allow.
 */
export function googleSignature(load: LoadClient = loadClient): VerifySignature {
  const client = onFirstUse(load);
  return (token) =>
    withinLimit('checking a token', async () => {
      const oauth = await client();
      const { certs } = await fetched(oauth.getFederatedSignonCerts());
      // The audience and the issuer are checked together with the other claims.
      return (await oauth.verifySignedJwtWithCertsAsync(token, certs)).getPayload();
    });
}

/**
 * Waits for the keys of an issuer.
 *
 * @throws Failure `unavailable`: without the keys, nothing is known about the token
 */
async function fetched<T>(keys: Promise<T>): Promise<T> {
  try {
    return await keys;
  } catch (error) {
    const message = 'The keys that tokens are signed with could not be fetched.';
    throw new Failure('unavailable', message, { cause: error, fault: 'deployment' });
  }
}

type Keys = Readonly<Record<string, string>>;

/** Anyone can name an unknown key. Google publishes a key long before it signs with it, so a later look is soon enough. */
const REFETCH_MS = 10_000;

/**
 * Verifies assertions of Identity-Aware Proxy, whose keys differ from those of Google's tokens. The library does not cache these
 * keys: they are fetched once, and again for an assertion whose key is not among them, at most every ten seconds.
 * https://cloud.google.com/iap/docs/signed-headers-howto
 */
export function iapSignature(load: LoadClient = loadClient, now: () => number = Date.now): VerifySignature {
  const client = onFirstUse(load);
  let keys: Keys = {};
  let refetchTime = 0;
  let fetching: Promise<void> | undefined;
  const fetchKeys = async (oauth: OAuth2Client) => {
    keys = (await fetched(oauth.getIapPublicKeys())).pubkeys as Keys;
    refetchTime = now() + REFETCH_MS;
  };
  return (assertion) =>
    withinLimit('checking an assertion', async () => {
      const oauth = await client();
      if (!Object.hasOwn(keys, keyIdOf(assertion)) && now() >= refetchTime) {
        fetching ??= fetchKeys(oauth).finally(() => {
          fetching = undefined;
        });
        await fetching;
      }
      // The audience and the issuer are checked together with the other claims.
      return (await oauth.verifySignedJwtWithCertsAsync(assertion, { ...keys })).getPayload();
    });
}

function keyIdOf(jwt: string): string {
  const [header = ''] = jwt.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly kid?: unknown };
  return String(kid);
}
