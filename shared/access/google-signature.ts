import type { OAuth2Client } from 'google-auth-library';
import { withinLimit } from '../http/call-limit.ts';
import type { VerifySignature } from './identity.ts';

/** Checks tokens against the keys that Google publishes, which the library keeps as long as they say. */
export function googleSignature(): VerifySignature {
  let client: Promise<OAuth2Client> | undefined;
  return (token) =>
    withinLimit('checking a token', async () => {
      // Loaded by the first call that brings a token whose signature is to be checked.
      client ??= import('google-auth-library').then((library) => new library.OAuth2Client());
      // The audience is checked together with the other claims.
      return (await (await client).verifyIdToken({ idToken: token })).getPayload();
    });
}
