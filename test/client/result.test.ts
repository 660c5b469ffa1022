/** `handle.result()` with a server that answers its calls early, or not at all for a while. Time is virtual. */
import { createOperations, defineOperation } from 'lro-orchestrator';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const job = defineOperation('t.v1.Jobs.Run', {
  input: v.object({}),
  response: v.object({ text: v.string() }),
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that holds each `:wait` for one of the times, and then has the result. Returns the times between the calls. */
async function pausesWith(heldMs: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  const response = { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { text: 'done' } };
  const lro = createOperations({
    url: 'http://localhost',
    fetch: async () => {
      const held = heldMs[times.push(performance.now()) - 1];
      if (held === undefined) return Response.json({ name: 'operations/a', done: true, response });
      if (held > 0) await new Promise((resolve) => setTimeout(resolve, held));
      return Response.json({ name: 'operations/a' });
    },
  });
  const result = lro.open(job, 'a').result();
  await vi.runAllTimersAsync();
  expect(await result).toEqual({ text: 'done' });
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

it('asks again at growing distances while its calls are answered at once', async () => {
  expect(await pausesWith([0, 0, 0, 0, 0, 0, 0])).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

it('asks again at once after a call that was held', async () => {
  expect(await pausesWith([30_000, 0, 0, 8_000, 0])).toEqual([30_000, 200, 400, 8_000, 200]);
});

/** A server that holds the first call for 10 s and then goes away for a while. Returns the result or the error, and the time of it. */
async function resultWithOutage(outageMs: number, timeout?: '1m') {
  const response = { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { text: 'done' } };
  const begin = performance.now();
  const lro = createOperations({
    url: 'http://localhost',
    onRetry: () => undefined,
    fetch: async () => {
      const ms = performance.now() - begin;
      if (ms === 0) await new Promise((resolve) => setTimeout(resolve, 10_000));
      if (ms < 10_000 + outageMs) throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
      return Response.json({ name: 'operations/a', done: true, response });
    },
  });
  const result = lro
    .open(job, 'a')
    .result({ timeout })
    .catch((error) => error);
  await vi.runAllTimersAsync();
  return { result: await result, seconds: (performance.now() - begin) / 1_000 };
}

it('goes on while its server is out of reach for minutes', async () => {
  expect((await resultWithOutage(240_000)).result).toEqual({ text: 'done' });
});

it('rejects with the reason after five minutes without an answer', async () => {
  const { result, seconds } = await resultWithOutage(3_600_000);
  expect(result).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  expect(seconds).toBeGreaterThan(300);
  // The tries of one call take 34 s at most.
  expect(seconds).toBeLessThan(335);
});

it('rejects at its timeout with the reason, if the server does not answer', async () => {
  const { result, seconds } = await resultWithOutage(3_600_000, '1m');
  expect(result).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  expect(seconds).toBeGreaterThanOrEqual(60);
  expect(seconds).toBeLessThan(95);
});

it('rejects at once with an error that stays', async () => {
  const lro = createOperations({
    url: 'http://localhost',
    fetch: async () =>
      Response.json({ error: { status: 'PERMISSION_DENIED', message: 'no' } }, { status: 403 }),
  });
  await expect(lro.open(job, 'a').result()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});
