import { afterEach, expect, it, vi } from 'vitest';
import { apiErrorOf } from '../../shared/client/api-error.ts';
import { Progress } from '../../shared/worker/progress.ts';
import { withRetryAfter } from '../../shared/worker/retry-after.ts';
import { until } from '../setup/until.ts';

const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The clock of a worker, on a machine whose wall clock a test can put forward and back. */
async function steppedClock() {
  const now = Date.now;
  let offsetMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + offsetMs);
  // Loaded now, because the module may keep the function.
  const { realClock } = await import('../../shared/worker/worker-clock.ts');
  const step = (ms: number) => {
    offsetMs = ms;
  };
  return { realClock, step };
}

it.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('the clock of a worker goes on when the wall clock is put %s by an hour', async (_, stepMs) => {
  const { realClock, step } = await steppedClock();
  const before = realClock.now();
  step(stepMs);
  const passedMs = realClock.now() - before;
  expect(Number.isInteger(passedMs)).toBe(true);
  expect(passedMs).toBeGreaterThanOrEqual(0);
  expect(passedMs).toBeLessThan(HOUR_MS / 2);
});

it('progress is sent soon after the wall clock is put back by an hour', async () => {
  const { realClock, step } = await steppedClock();
  const sent: object[] = [];
  const progress = new Progress(realClock, async (metadata) => void sent.push(metadata));
  progress.report({ n: 1 });
  step(-HOUR_MS);
  progress.report({ n: 2 });
  await until('the second progress', () => sent.length === 2);
});

it('a date in Retry-After is read by the clock of its server', () => {
  const server = Date.now() + HOUR_MS;
  const [date, later] = [new Date(server).toUTCString(), new Date(server + 20_000).toUTCString()];
  expect(apiErrorOf(503, withRetryAfter('{}', later, date))).toMatchObject({ retryDelayMs: 20_000 });
});
