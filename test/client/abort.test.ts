/** Calls that the caller ends while the client waits to try again. Time stands still, so only the signal ends a pause. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HttpApi } from '../../shared/client/http-api.ts';
import { watch } from '../../shared/client/watch.ts';

const stop = new Error('no longer needed');

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An API that nothing answers. The caller ends the call at the first pause. */
function unanswered(controller: AbortController) {
  const tries = { count: 0 };
  const api = new HttpApi({
    url: 'http://localhost',
    transport: async () => {
      tries.count++;
      throw new Error('ECONNREFUSED');
    },
    onRetry: () => queueMicrotask(() => controller.abort(stop)),
  });
  return { api, tries };
}

it('a call rejects with the reason at once, and is not tried again', async () => {
  const controller = new AbortController();
  const { api, tries } = unanswered(controller);
  const { signal } = controller;
  await expect(api.call('GET', '/v1/operations/a', undefined, { idempotent: true, signal })).rejects.toBe(
    stop,
  );
  expect(tries.count).toBe(1);
});

it('a watch ends at once', async () => {
  const controller = new AbortController();
  const { api, tries } = unanswered(controller);
  for await (const change of watch(api, '/v1/operations:watch', { signal: controller.signal })) {
    expect(change).toBeUndefined();
  }
  expect(tries.count).toBe(1);
});
