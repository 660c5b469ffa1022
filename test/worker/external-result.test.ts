import { GoogleAuth, type IdTokenClient } from 'google-auth-library';
import { expect, it, vi } from 'vitest';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { externalReader } from '../../shared/worker/external-result.ts';

it('results of operations of Google are read with tokens of one GoogleAuth, which keeps them', async () => {
  const getAccessToken = vi.spyOn(GoogleAuth.prototype, 'getAccessToken').mockResolvedValue('t');
  const tokens: unknown[] = [];
  const read = externalReader(async (_url, init) => {
    tokens.push((init?.headers as Record<string, string> | undefined)?.authorization);
    return Response.json({ name: 'operations/1', done: true });
  });
  await read({ endpoint: 'https://translate.googleapis.com' }, 'projects/p/operations/1');
  await read({ endpoint: 'https://speech.googleapis.com' }, 'operations/2');
  expect(tokens).toEqual(['Bearer t', 'Bearer t']);
  expect(new Set(getAccessToken.mock.contexts).size).toBe(1);
});

it.each([
  ['its endpoint', { endpoint: 'https://jobs.example/api' }, 'https://jobs.example/api'],
  ['its endpoint', { endpoint: 'HTTPS://jobs.example/' }, 'https://jobs.example'],
  [
    'the audience that the definition names',
    { endpoint: 'https://jobs.example', audience: '1234.apps.googleusercontent.com' },
    '1234.apps.googleusercontent.com',
  ],
  [
    'the audience that the definition names',
    { endpoint: 'https://jobs.example', audience: 'https://jobs.example/api' },
    'https://jobs.example/api',
  ],
  ['no one over plain http', { endpoint: 'http://127.0.0.1:1', audience: 'https://jobs.example' }, undefined],
])('results of another service are read with a token for %s: %j', async (_, service, audience) => {
  vi.spyOn(GoogleAuth.prototype, 'getIdTokenClient').mockImplementation(
    async (named) =>
      ({
        getRequestHeaders: async () => new Headers({ authorization: `Bearer for ${named}` }),
      }) as IdTokenClient,
  );
  const tokens: unknown[] = [];
  const read = externalReader(async (_url, init) => {
    tokens.push((init?.headers as Record<string, string> | undefined)?.authorization);
    return Response.json({ name: 'operations/1', done: true });
  });
  await read(service, 'operations/1');
  expect(tokens).toEqual([audience && `Bearer for ${audience}`]);
});

it.each(['https://jobs.example', 'HTTPS://jobs.example/', 'https://jobs.example/api/'])(
  'the audience for %s is that of the polls of the workflow, if the definition names none',
  async (endpoint) => {
    const hosts = new AllowedHosts(['jobs.example']);
    const polled = hosts.audience(hosts.checkBase(endpoint, 'endpoint'), undefined, 'audience');
    const asked = new Set<string>();
    vi.spyOn(GoogleAuth.prototype, 'getIdTokenClient').mockImplementation(async (audience) => {
      asked.add(audience);
      throw new Error('no token');
    });
    await expect(externalReader(fetch)({ endpoint }, 'operations/1')).rejects.toThrow('no token');
    expect([...asked]).toEqual([polled]);
  },
);
