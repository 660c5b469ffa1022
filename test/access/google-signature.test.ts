/** Tokens of Google, and assertions as Identity-Aware Proxy signs them: ES256, by keys that change. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { expect, it } from 'vitest';
import { googleSignature, iapSignature } from '../../shared/access/google-signature.ts';
import { IAP_ASSERTIONS, Identity } from '../../shared/access/identity.ts';
import { bearer } from './tokens.ts';

const encoded = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

function assertion(kid: string, { privateKey }: ReturnType<typeof newKey>): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: 'https://cloud.google.com/iap', aud: 'a', sub: '1', iat: now, exp: now + 600 };
  const signed = `${encoded({ alg: 'ES256', typ: 'JWT', kid })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

it('the keys are fetched once, and again for an assertion whose key is new, at most every ten seconds', async () => {
  const [first, second] = [newKey(), newKey()];
  const published: Record<string, string> = { one: first.pem };
  let fetched = 0;
  class Client extends OAuth2Client {
    override async getIapPublicKeys() {
      fetched++;
      return { pubkeys: { ...published } };
    }
  }
  let now = 0;
  const verify = iapSignature(
    async () => new Client(),
    () => now,
  );

  const both = [verify(assertion('one', first)), verify(assertion('one', first))];
  expect(await Promise.all(both)).toHaveLength(2);
  await expect(verify(assertion('one', first))).resolves.toMatchObject({ sub: '1' });
  expect(fetched).toBe(1);

  // Unknown keys are no way to have the keys fetched for each call.
  published.two = second.pem;
  await expect(verify(assertion('two', second))).rejects.toThrow();
  expect(fetched).toBe(1);
  now += 10_000;
  await expect(verify(assertion('two', second))).resolves.toMatchObject({ sub: '1' });
  expect(fetched).toBe(2);
  await expect(verify(assertion('one', second))).rejects.toThrow('signature');
  await expect(verify(assertion('three', first))).rejects.toThrow();
});

it('a token of Google is checked with the published keys', async () => {
  const [published, other] = [newKey(), newKey()];
  class Client extends OAuth2Client {
    override async getFederatedSignonCertsAsync() {
      return { certs: { one: published.pem }, format: 'PEM' } as never;
    }
  }
  const verify = googleSignature(async () => new Client());
  await expect(verify(assertion('one', published))).resolves.toMatchObject({ sub: '1' });
  await expect(verify(assertion('one', other))).rejects.toThrow('signature');
});

it('a caller is not blamed if the keys cannot be fetched', async () => {
  const load = async () => {
    const client = new OAuth2Client();
    client.transporter.request = () => Promise.reject(new Error('connect ECONNREFUSED'));
    return client;
  };
  const token = assertion('one', newKey());
  const ofGoogle = new Identity({ verifySignature: googleSignature(load) });
  const unavailable = { name: 'Failure', kind: 'unavailable' };
  await expect(ofGoogle.callerOf(bearer(token))).rejects.toMatchObject(unavailable);
  const ofIap = new Identity({ verifySignature: iapSignature(load), tokens: IAP_ASSERTIONS });
  await expect(ofIap.callerOf({ 'x-goog-iap-jwt-assertion': token })).rejects.toMatchObject(unavailable);
});
