/** `handle.result()` with a server that answers its calls early. Time is virtual. */
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
