/** OIDC tokens as Google signs them, with a key of the test's own. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { Identity, type IdentityOptions } from '../../shared/access/identity.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CERTS = { key: publicKey.export({ type: 'spki', format: 'pem' }).toString() };

export const AUDIENCE = 'https://operations.example.com';

export interface Claims {
  readonly [name: string]: unknown;
}

const encoded = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

function payloadOf(claims: Claims): string {
  return encoded({
    ...{ iss: 'https://accounts.google.com', aud: AUDIENCE, sub: '1', email_verified: true },
    ...{ iat: seconds() - 10, exp: seconds() + 3_600 },
    ...claims,
  });
}

export function token(claims: Claims = {}): string {
  const signed = `${encoded({ alg: 'RS256', kid: 'key', typ: 'JWT' })}.${payloadOf(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

/** As Cloud Run passes it on once it has checked the signature; any other caller may write it as well. */
export function strippedToken(claims: Claims = {}): string {
  return `${encoded({ alg: 'RS256' })}.${payloadOf(claims)}.SIGNATURE_REMOVED_BY_GOOGLE`;
}

/** The signature of one token behind the claims of another. */
export function forgedToken(claims: Claims): string {
  return token().replace(/\.[^.]+\./, `.${payloadOf(claims)}.`);
}

export const bearer = (jwt: string) => ({ authorization: `Bearer ${jwt}` });

/** The real check of the library, with the test's key instead of Google's. */
export function identity(
  options: Partial<IdentityOptions> = {},
  issuers = ['https://accounts.google.com', 'accounts.google.com', 'https://evil.example'],
): Identity {
  const client = new OAuth2Client();
  return new Identity({
    verifySignature: async (jwt) => {
      return (await client.verifySignedJwtWithCertsAsync(jwt, CERTS, undefined, issuers)).getPayload();
    },
    audiences: [AUDIENCE],
    ...options,
  });
}
