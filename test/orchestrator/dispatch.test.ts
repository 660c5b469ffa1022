/** Leases, retries and deadlines as `sweep` keeps them, on a store in memory. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH, type DispatchTerms } from '../../shared/lifecycle/dispatch.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness } from './harness.ts';

const JOB: OperationName = 'operations/job';
const SECOND = 1_000;
const LEASE = 10 * SECOND;

async function dispatched(terms: Partial<DispatchTerms> = {}, policy = {}): Promise<Harness> {
  const harness = await Harness.open({ maxSweepGapMs: 15 * SECOND, ...policy });
  await start(harness, JOB, terms);
  await sweep(harness.orchestrator);
  return harness;
}

function start(harness: Harness, name: OperationName, terms: Partial<DispatchTerms> = {}) {
  const dispatch = { ...DEFAULT_DISPATCH, leaseMs: LEASE, ...terms };
  return harness.apply(name, { type: 'created', creation: { method: 'm', labels: {}, dispatch } });
}

/** Time passes, and `sweep` runs every five seconds. */
async function pass(harness: Harness, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * SECOND) {
    harness.now += Math.min(5 * SECOND, ms - passed);
    await sweep(harness.orchestrator);
  }
}

const take = (harness: Harness, attempt: number, worker: string) =>
  heartbeatOperation(harness.orchestrator, { operation: JOB, attempt, worker });
const starts = (harness: Harness) =>
  harness.signals.filter(({ kind }) => kind === 'START').map(({ attempt }) => attempt);

describe('sweep', () => {
  it('hands the work of a worker that is silent to another one', async () => {
    const harness = await dispatched();
    await take(harness, 1, 'w1');
    await pass(harness, 40 * SECOND);
    expect(starts(harness)).toEqual([1, 2]);
    await expect(take(harness, 1, 'w1')).rejects.toMatchObject({ field: 'attempt', kind: 'conflict' });
    expect(await take(harness, 2, 'w2')).toMatchObject({ cancelRequested: false });
    const lines = await harness.store.history(JOB, 10);
    expect(lines.map(({ type, reason, attempt }) => [type, reason, attempt])).toEqual([
      ['elapsed', 'ATTEMPT_BEGUN', 2],
      ['elapsed', 'LEASE_LOST', 1],
      ['created', undefined, undefined],
    ]);
  });

  it('loses no lease by an outage of its own, ten leases long', async () => {
    const harness = await dispatched();
    await take(harness, 1, 'w1');
    harness.now += 10 * LEASE;
    await sweep(harness.orchestrator);
    await pass(harness, 5 * SECOND);
    // What the worker said meanwhile comes now.
    expect(await take(harness, 1, 'w1')).toMatchObject({ leaseExpireTime: harness.now + LEASE });
    await pass(harness, 5 * SECOND);
    expect(starts(harness)).toEqual([1]);
  });

  it('sends a START again that no worker takes, for as long as it takes', async () => {
    const harness = await dispatched({ startTimeoutMs: 60 * SECOND, maxTries: 1 });
    await pass(harness, 200 * SECOND);
    expect(starts(harness)).toEqual([1, 1, 1, 1]);
    expect(new Set(harness.signals.map(({ eventId }) => eventId)).size).toBe(4);
    expect(await take(harness, 1, 'late')).toMatchObject({ cancelRequested: false });
  });

  it('releases at most so many retries of one method a second', async () => {
    const harness = await dispatched({}, { retriesPerSecond: 3 });
    const names = Array.from({ length: 10 }, (_, index): OperationName => `operations/storm-${index}`);
    for (const name of names) {
      await start(harness, name, { firstBackoffMs: 0 });
      const error = { code: 14, message: 'down', details: [] };
      const failure = harness.event(name, { type: 'attemptFailed', error, released: false });
      await applyEvent(harness.orchestrator, { ...failure, attempt: 1 });
    }
    const begun = () =>
      harness.signals.filter(({ kind, attempt }) => kind === 'START' && attempt === 2).length;
    await sweep(harness.orchestrator);
    expect(begun()).toBe(3);
    for (const expected of [6, 9, 10]) {
      harness.now += SECOND;
      await sweep(harness.orchestrator);
      expect(begun()).toBe(expected);
    }
  });

  it('writes one row for a heartbeat, and no line of history', async () => {
    const harness = await dispatched();
    const before = await harness.store.operation(JOB);
    await take(harness, 1, 'w1');
    await take(harness, 1, 'w1');
    expect(await harness.store.history(JOB, 10)).toHaveLength(1);
    expect((await harness.store.operation(JOB))?.updateTime).toBe(before?.updateTime);
  });
});
