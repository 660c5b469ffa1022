import type { OAuth2Client } from 'google-auth-library';
import { withinLimit } from '../http/call-limit.ts';
import type { VerifySignature } from './identity.ts';

/**
 * Verifies tokens with the keys that Google publishes. The library caches the keys for as long as their headers allow.
 */
export function googleSignature(): VerifySignature {
  let client: Promise<OAuth2Client> | undefined;
  return (token) =>
    withinLimit('checking a token', async () => {
      // Loaded by the first call whose token signature has to be verified.
      client ??= import('google-auth-library').then((library) => new library.OAuth2Client());
      // The audience is checked together with the other claims.
      return (await (await client).verifyIdToken({ idToken: token })).getPayload();
    });
}

/** Verifies assertions of Identity-Aware Proxy, whose keys are others than those of Google's tokens. */
export function iapSignature(): VerifySignature {
  let client: Promise<OAuth2Client> | undefined;
  return (assertion) =>
    withinLimit('checking an assertion', async () => {
      client ??= import('google-auth-library').then((library) => new library.OAuth2Client());
      const { pubkeys } = await (await client).getIapPublicKeys();
      // The audience and the issuer are checked together with the other claims.
      return (await (await client).verifySignedJwtWithCertsAsync(assertion, pubkeys)).getPayload();
    });
}
