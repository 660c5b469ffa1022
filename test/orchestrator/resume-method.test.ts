/** The calls of the URL that a wait gave as its `resumeMethod`. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness, unavailable, waiting } from './harness.ts';

const PARENT: OperationName = 'operations/parent';
const CHILD: OperationName = 'operations/child';
const HOUR = 3_600_000;

describe('a resume method', () => {
  const url = 'https://jobs.example.com/resume';

  it('is called in addition to the signal', async () => {
    const harness = await Harness.open();
    await harness.wait(PARENT, [CHILD], { resumeMethod: url });
    await harness.succeed(CHILD);
    expect(harness.calls).toMatchObject([
      { url, signal: { kind: 'RESUME', cause: 'CHILDREN', resumePoint: 'next' } },
    ]);
    expect(harness.resumes(PARENT)).toHaveLength(1);
  });

  /** A dispatched parent whose wait has ended, and whose `resumeMethod` does not answer. */
  async function unanswered() {
    const harness = await Harness.open();
    const creation = { method: 'm', labels: {}, dispatch: DEFAULT_DISPATCH };
    await harness.apply(PARENT, { type: 'created', creation });
    const inAttempt = (attempt: number, event: WorkerEvent) =>
      applyEvent(harness.orchestrator, { ...harness.event(PARENT, event), attempt, worker: 'w' });
    await inAttempt(1, waiting(harness.now, [CHILD], { resumeMethod: url }));
    harness.fault = (what) => {
      if (what === 'call') unavailable();
    };
    await harness.succeed(CHILD).catch(() => undefined);
    return { harness, inAttempt };
  }

  it('is called for the current attempt, and no longer for one that has ended', async () => {
    const { harness, inAttempt } = await unanswered();
    await inAttempt(2, { type: 'attemptFailed', released: false });
    harness.fault = () => {};
    harness.now += 120_000;
    await sweep(harness.orchestrator);
    await sweep(harness.orchestrator);
    const attempts = () => harness.calls.map(({ signal }) => signal.attempt);
    expect(attempts()).toEqual([3]);
    await inAttempt(3, { type: 'attemptFailed', released: true });
    expect(attempts()).toEqual([3, 4]);
    expect(await harness.outbox()).toEqual([]);
  });

  it('fails nothing between two attempts, however long it does not answer', async () => {
    const { harness, inAttempt } = await unanswered();
    await inAttempt(2, { type: 'attemptFailed', released: false, retryDelayMs: 24 * HOUR });
    for (let hour = 0; hour < 23; hour++) {
      harness.now += HOUR;
      await sweep(harness.orchestrator);
    }
    expect((await harness.store.operation(PARENT))?.state).toBe('RUNNING');
  });

  it('that never answers fails the operation with the reason', async () => {
    const harness = await Harness.open();
    harness.fault = (what) => (what === 'call' ? unavailable() : undefined);
    await harness.wait(PARENT, [CHILD], { resumeMethod: url });
    await expect(harness.succeed(CHILD)).rejects.toThrow(Failure);
    let runs = 0;
    for (; (await harness.outbox()).length > 0; runs++) {
      harness.now += HOUR;
      await sweep(harness.orchestrator);
      expect(runs).toBeLessThan(50);
    }
    expect(runs).toBeGreaterThan(5);
    expect(await harness.store.operation(PARENT)).toMatchObject({
      state: 'FAILED',
      error: { code: 14, message: expect.stringContaining('out of reach') },
    });
    expect(harness.completions.map(({ name }) => name)).toContain(PARENT);
  });
});
