/** The settings that the function `operations` reads itself. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Deployment } from '../../functions/deployment.ts';
import { maxWaitMs, operations } from '../../functions/operations.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { orchestratorOn, serve } from '../operations-api/api-under-test.ts';

afterEach(() => void vi.unstubAllEnvs());

it.each([
  ['100', 80_000],
  [undefined, 48_000],
  ['', 48_000],
])('TIMEOUT_SECONDS of %s leaves a fifth to the answer', (setting, ms) => {
  expect(maxWaitMs(setting)).toBe(ms);
});

it('TIMEOUT_SECONDS ends a call that would wait longer, with the operation as it is', async () => {
  vi.stubEnv('TIMEOUT_SECONDS', '0.1');
  const store = await openSqliteStore();
  const deployment = async (): Promise<Deployment> => ({ orchestrator: orchestratorOn(store) });
  const server = await serve(operations(deployment));
  const api = `http://127.0.0.1:${server.port}/v1/operations`;
  const post = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post(api, { operationId: 'endless', method: 'm' });
  const answer = await post(`${api}/endless:wait`, { timeout: '3600s' });
  expect(await answer.json()).toEqual({ name: 'operations/endless' });
  await server.stop();
  await store.close();
});

it('PAGE_TOKEN_KEY lets every instance read the page tokens of the others, and none with another key', async () => {
  const store = await openSqliteStore();
  const orchestrator = orchestratorOn(store);
  const started = [];
  for (const key of ['a key of all instances', 'a key of all instances', 'another key of 22 letters']) {
    vi.stubEnv('PAGE_TOKEN_KEY', key);
    started.push(await serve(operations(async () => ({ orchestrator }))));
  }
  for (const id of ['a', 'b']) {
    await orchestrator.happens(`operations/${id}`, {
      type: 'created',
      creation: { method: 'm', labels: {} },
    });
  }
  const list = (port: number | undefined, query: string) =>
    fetch(`http://127.0.0.1:${port}/v1/operations?pageSize=1${query}`);
  const { nextPageToken } = (await (await list(started[0]?.port, '')).json()) as { nextPageToken: string };
  const answers = await Promise.all(
    started.map(({ port }) => list(port, `&pageToken=${encodeURIComponent(nextPageToken)}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
  for (const server of started) await server.stop();
  await store.close();
});
