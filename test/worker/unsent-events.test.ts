/** What becomes of a step's outcome while neither the orchestrator nor the bus can be reached. */
import { defineOperation } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { HttpApi } from '../../shared/client/http-api.ts';
import { HttpOperationCalls } from '../../shared/worker/http-operation-calls.ts';
import type { LifecycleEvent } from '../../shared/worker/operation-calls.ts';
import { UnsentEvent } from '../../shared/worker/unsent-event.ts';
import { until } from '../setup/until.ts';
import { type Event, fakeOrchestrator, struct } from './fake-orchestrator.ts';

const job = defineOperation('t.v1.Job', { input: v.object({}) });
const START = { method: 't.v1.Job', input: struct({}) };

/** A worker whose step runs once, and whose calls fail while `isDown`. */
function unreachable() {
  const tried: Event[] = [];
  const applied: Event[] = [];
  const state = { isDown: true, answer: true, steps: 0 };
  const worker = operation(job).steps({
    start: (op) => {
      state.steps += 1;
      return op.done();
    },
  });
  const fake = fakeOrchestrator([worker], {
    calls: {
      async apply(event) {
        tried.push(event);
        if (state.isDown) throw new UnsentEvent(new Error('ECONNREFUSED'));
        applied.push(event);
        return state.answer;
      },
    },
  });
  /** Passes time until the condition holds. */
  const pass = async (isSo: () => boolean, stepMs = 5_000): Promise<void> => {
    for (let round = 0; round < 1_000 && !isSo(); round++) {
      await new Promise((resolve) => setImmediate(resolve));
      fake.clock.advance(stepMs);
    }
    expect(isSo()).toBe(true);
  };
  return { ...fake, tried, applied, state, pass };
}

it('is sent again under the same event id, and the step is not run again', async () => {
  const { deliver, tried, applied, state, pass, pool } = unreachable();
  deliver(START);
  await pass(() => tried.length >= 10);
  state.isDown = false;
  await pass(() => applied.length > 0);
  await pool.idle();
  expect(applied).toMatchObject([{ succeeded: {} }]);
  expect(new Set(tried.map(({ eventId }) => eventId)).size).toBe(1);
  expect(state.steps).toBe(1);
});

it('is dropped if another worker has the attempt by then', async () => {
  const { deliver, tried, applied, state, pass, pool } = unreachable();
  deliver(START);
  await pass(() => tried.length >= 3);
  state.answer = false;
  state.isDown = false;
  await pass(() => applied.length > 0);
  await pool.idle();
  expect(applied).toHaveLength(1);
});

it('ends the attempt without a word after a long time, and fails nothing', async () => {
  const { deliver, tried, logged, pass } = unreachable();
  const message = deliver(START);
  await pass(() => logged.includes('an attempt ended without a word'));
  // The next attempt follows when the lease runs out. The signal would begin this one again, from its beginning.
  expect(message).toEqual({ acked: true, putOffMs: undefined });
  expect(tried.length).toBeGreaterThan(10);
  expect(tried.every((event) => 'succeeded' in event)).toBe(true);
});

it('puts the signal off if the operation has no lease, and the next run continues the numbers of the events', async () => {
  const { deliver, tried, applied, state, pass, pool } = unreachable();
  const unleased = { ...START, leaseDuration: undefined };
  const message = deliver(unleased);
  await pass(() => message.putOffMs !== undefined);
  expect(message.acked).toBe(false);
  state.isDown = false;
  deliver(unleased);
  await pool.idle();
  expect(applied).toHaveLength(1);
  expect(applied[0]?.sequence).toBeGreaterThan(tried[0]?.sequence);
  expect(Number.isSafeInteger(applied[0]?.sequence)).toBe(true);
});

it('is given up if the process ends', async () => {
  const { deliver, tried, logged, state, pass, pool } = unreachable();
  deliver(START);
  await pass(() => tried.length >= 3);
  let isStopped = false;
  void pool.stop(1_000).then(() => {
    isStopped = true;
  });
  await pass(() => isStopped);
  expect(logged).toContain('an attempt ended without a word');
  expect(state.steps).toBe(1);
});

it('is given up if the process ends, also that of a step that took too long', async () => {
  const tried: Event[] = [];
  const worker = operation(job, { steps: { start: { timeout: '1m' } } }).steps({
    start: (op) =>
      new Promise((_, reject) => {
        op.signal.addEventListener('abort', () => reject(op.signal.reason));
      }),
  });
  const { deliver, clock, pool } = fakeOrchestrator([worker], {
    calls: {
      async apply(event) {
        tried.push(event);
        throw new UnsentEvent(new Error('ECONNREFUSED'));
      },
    },
  });
  deliver(START);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(60_000);
  await until('the event to be tried', () => tried.length === 1);
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = pool.stop(1_000);
  clock.advance(1_000);
  await stopped;
  expect(tried).toMatchObject([{ attemptFailed: { error: { code: 4 } } }, { attemptFailed: {} }]);
});

it('is tried once more when the process stops, and the worker does not wait for the end of the pause', async () => {
  const { deliver, tried, clock, pass, pool } = unreachable();
  deliver(START);
  // By now the pauses are seconds long. The worker is in one of them after a turn of the event loop.
  await pass(() => tried.length >= 8);
  await new Promise((resolve) => setImmediate(resolve));
  const before = tried.length;
  let isStopped = false;
  void pool.stop(1_000).then(() => {
    isStopped = true;
  });
  clock.advance(1_000);
  for (let round = 0; round < 20 && !isStopped; round++)
    await new Promise((resolve) => setImmediate(resolve));
  expect({ isStopped, tries: tried.length - before }).toEqual({ isStopped: true, tries: 1 });
});

it('is not followed by another step when the process stops: the attempt is given back', async () => {
  let accept = () => {};
  const steps: string[] = [];
  const worker = operation(job).steps({
    start: (op) => {
      steps.push('start');
      return op.go('deaf');
    },
    deaf: () => {
      steps.push('deaf');
      return new Promise<never>(() => {});
    },
  });
  const applied: Event[] = [];
  const { deliver, clock, pool } = fakeOrchestrator([worker], {
    calls: {
      apply: async (event) => {
        applied.push(event);
        if ('checkpointed' in event) {
          await new Promise<void>((resolve) => {
            accept = resolve;
          });
        }
        return true;
      },
    },
  });
  deliver(START);
  await until('the checkpoint to be on its way', () => applied.length === 1);
  const stopped = pool.stop(1_000);
  clock.advance(1_000);
  // The time that a step has after the abort is over as well.
  clock.advance(10_000);
  accept();
  await stopped;
  expect(steps).toEqual(['start']);
  expect(applied.at(-1)).toMatchObject({ attemptFailed: { released: true } });
});

it('is not preceded by a step if the attempt was taken after the grace time: the attempt is given back', async () => {
  let take = () => {};
  let isAsked = false;
  const applied: Event[] = [];
  const worker = operation(job).steps({ start: () => new Promise<never>(() => {}) });
  const { deliver, clock, pool } = fakeOrchestrator([worker], {
    calls: {
      heartbeat: async () => {
        isAsked = true;
        await new Promise<void>((resolve) => {
          take = resolve;
        });
        return { taken: true, cancelRequested: false };
      },
      apply: async (event) => {
        applied.push(event);
        return true;
      },
    },
  });
  deliver(START);
  await until('the worker to take the attempt', () => isAsked);
  const stopped = pool.stop(1_000);
  clock.advance(1_000);
  clock.advance(10_000);
  take();
  await stopped;
  expect(applied).toMatchObject([{ attemptFailed: { released: true } }]);
});

it('is published if the orchestrator takes no more calls of the worker at the moment', async () => {
  const tooMany = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'too many calls' } };
  const api = new HttpApi({
    url: 'http://orchestrator.example',
    transport: async () => new Response(JSON.stringify(tooMany), { status: 429 }),
  });
  const published: string[] = [];
  const calls = new HttpOperationCalls(api, 'w1', async (data) => {
    published.push(Buffer.from(data).toString());
  });
  const event = { operation: 'operations/a', eventId: 'e1', succeeded: {} } as LifecycleEvent;
  expect(await calls.apply(event)).toBe(true);
  expect(published.map((json) => JSON.parse(json))).toMatchObject([{ eventId: 'e1', succeeded: {} }]);
});
