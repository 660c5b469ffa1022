import { GoogleAuth } from 'google-auth-library';
import { expect, it, vi } from 'vitest';
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
