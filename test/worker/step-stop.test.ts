/** Which of several requests to stop a step counts, and when the attempt goes on without the step. */
import { expect, it } from 'vitest';
import type { Aborted } from '../../shared/worker/op.ts';
import { STEP_LEFT, StepStop } from '../../shared/worker/step-stop.ts';
import { ManualClock } from './fake-orchestrator.ts';

const REASONS: readonly Aborted[] = ['CANCEL', 'TIMEOUT', 'SHUTDOWN', 'LEASE_LOST'];
/** How long a step may ignore the request. A cancel only asks. */
const GRACE_MS: Record<Aborted, number> = {
  CANCEL: Number.POSITIVE_INFINITY,
  TIMEOUT: 5_000,
  SHUTDOWN: 1_000,
  LEASE_LOST: 0,
};

function expected(first: Aborted, second: Aborted): Aborted {
  if (second === 'LEASE_LOST') return second;
  return first === 'CANCEL' ? second : first;
}

it.each(
  REASONS.flatMap((first) => REASONS.map((second) => [first, second, expected(first, second)] as const)),
)(
  '%s, then %s: the step is stopped for %s, and left after the time of grace for it',
  async (first, second, reason) => {
    const clock = new ManualClock();
    const stop = new StepStop(clock);
    let left: unknown;
    const running = stop.orReturned(new Promise(() => {})).then((value) => {
      left = value;
    });
    stop.request(first);
    stop.request(second);
    expect(stop.reason).toBe(reason);
    expect(stop.signal.aborted).toBe(true);
    const graceMs = GRACE_MS[reason];
    clock.advance(Math.min(graceMs, 3_600_000) - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toBe(graceMs === 0 ? STEP_LEFT : undefined);
    if (graceMs === Number.POSITIVE_INFINITY) return;
    clock.advance(1);
    await running;
    expect(left).toBe(STEP_LEFT);
  },
);
