import { describe, expect, it } from 'vitest';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { bearer, forgedToken, identity, strippedToken, token } from './tokens.ts';

const EMAIL = 'worker@p.iam.gserviceaccount.com';

describe('a caller', () => {
  it('is the account of the token', async () => {
    const caller = await identity().callerOf(bearer(token({ email: 'A@Example.com', sub: '42' })));
    expect(caller).toEqual({ email: 'a@example.com', subject: '42' });
  });

  it.each([false, undefined])('has no email address if email_verified is %s', async (email_verified) => {
    const caller = await identity().callerOf(bearer(token({ email: EMAIL, email_verified })));
    expect(caller).toEqual({ subject: '1' });
  });

  it('may have a token with the name of the issuer that older tokens have', async () => {
    const older = bearer(token({ email: EMAIL, iss: 'accounts.google.com' }));
    expect(await identity().callerOf(older)).toMatchObject({ email: EMAIL });
  });

  it('may have a token for any audience if none is set', async () => {
    const other = bearer(token({ email: EMAIL, aud: 'https://other.example.com' }));
    expect(await identity({ audiences: [] }).callerOf(other)).toMatchObject({ email: EMAIL });
  });

  it.each([
    ['no header', {}],
    ['no token', { authorization: 'Bearer' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['something that is no token', bearer('a.b')],
    ['an access token', bearer('ya29.abc')],
    ['another scheme in front of a token', { authorization: `Basic Bearer ${token()}` }],
    ['two tokens, as Node joins two headers', { authorization: `Bearer ${token()}, Bearer ${token()}` }],
    ['a changed payload', bearer(forgedToken({ email: EMAIL }))],
    ['no signature', bearer(token().replace(/[^.]+$/, ''))],
    ['the mark of Cloud Run, without Cloud Run', bearer(strippedToken({ email: EMAIL }))],
    ['a token that has expired', bearer(token({ exp: Math.floor(Date.now() / 1000) - 3_600 }))],
    ['another audience', bearer(token({ aud: 'https://other.example.com' }))],
    ['another issuer', bearer(token({ iss: 'https://evil.example' }))],
    ['no issuer', bearer(token({ iss: undefined }))],
    ['a list of audiences', bearer(token({ aud: ['https://operations.example.com'] }))],
  ])('is refused with %s', async (_, headers) => {
    await expect(identity().callerOf(headers)).rejects.toMatchObject({ name: 'CallRefused', code: 16 });
  });

  it('is not blamed if the keys of the issuer cannot be fetched', async () => {
    const failure = new Failure('unavailable', 'checking a token took too long');
    const verifySignature = () => Promise.reject(failure);
    await expect(identity({ verifySignature }).callerOf(bearer(token()))).rejects.toBe(failure);
  });

  it('is refused without a part of the token in the error', async () => {
    const secret = token({ email: EMAIL }).replace(/\.[^.]+\./, '.e30.');
    const error = await identity()
      .callerOf(bearer(secret))
      .catch((refusal: Error) => refusal);
    expect(String((error as Error).message)).not.toContain(secret.slice(0, 20));
  });
});

describe('behind Cloud Run', () => {
  const cloudRun = identity({ behindCloudRun: true });

  it('is the account of the token whose signature Cloud Run has checked and removed', async () => {
    expect(await cloudRun.callerOf(bearer(strippedToken({ email: EMAIL })))).toMatchObject({ email: EMAIL });
  });

  it('has its signature checked if Cloud Run has not removed it', async () => {
    expect(await cloudRun.callerOf(bearer(token({ email: EMAIL })))).toMatchObject({ email: EMAIL });
    await expect(cloudRun.callerOf(bearer(forgedToken({ email: EMAIL })))).rejects.toMatchObject({
      code: 16,
    });
  });

  it('is never read from a header that Cloud Run has not checked', async () => {
    const headers = {
      ...bearer(strippedToken({ email: 'boss@example.com' })),
      'x-serverless-authorization': `Bearer ${strippedToken({ email: EMAIL })}`,
    };
    expect(await cloudRun.callerOf(headers)).toMatchObject({ email: EMAIL });
  });

  it.each([
    ['another audience', strippedToken({ aud: 'https://other.example.com' })],
    ['another issuer', strippedToken({ iss: 'https://evil.example' })],
    ['an end in the past', strippedToken({ exp: 1 })],
    ['no end', strippedToken({ exp: undefined })],
    ['an end that is text', strippedToken({ exp: '9999999999' })],
    ['no audience', strippedToken({ aud: undefined })],
    ['no claims', `e30.${Buffer.from('null').toString('base64url')}.SIGNATURE_REMOVED_BY_GOOGLE`],
    ['no JSON', 'e30.e30e.SIGNATURE_REMOVED_BY_GOOGLE'],
  ])('is refused with %s', async (_, jwt) => {
    await expect(cloudRun.callerOf(bearer(jwt))).rejects.toMatchObject({ name: 'CallRefused', code: 16 });
  });

  it('has a token until a minute after its end, because clocks differ', async () => {
    const end = 2_000_000_000;
    const jwt = bearer(strippedToken({ email: EMAIL, exp: end }));
    const at = (seconds: number) => identity({ behindCloudRun: true, now: () => (end + seconds) * 1000 });
    expect(await at(59).callerOf(jwt)).toMatchObject({ email: EMAIL });
    await expect(at(61).callerOf(jwt)).rejects.toMatchObject({ code: 16 });
  });
});
