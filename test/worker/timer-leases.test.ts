/** Leases that timers of the main thread renew, on a clock that the test moves. */
import { expect, it } from 'vitest';
import type { Heartbeat, OperationCalls } from '../../shared/worker/operation-calls.ts';
import { TimerLeases } from '../../shared/worker/timer-leases.ts';

const LEASE_MS = 30_000;
const TAKEN: Heartbeat = { taken: true, cancelRequested: false };
const LOST: Heartbeat = { taken: false, cancelRequested: false };

function leasesWith(answer: (count: number) => Promise<Heartbeat>) {
  let nowMs = 0;
  const timers = new Map<object, { readonly dueMs: number; readonly run: () => void }>();
  const clock = {
    now: () => nowMs,
    after(ms: number, run: () => void) {
      const key = {};
      timers.set(key, { dueMs: nowMs + ms, run });
      return () => void timers.delete(key);
    },
  };
  const renewals: number[] = [];
  const heartbeat = () => answer(renewals.push(nowMs));
  const told: string[] = [];
  const leases = new TimerLeases({ heartbeat } as unknown as OperationCalls, clock);
  const holder = { abort: (reason: string) => void told.push(reason) };
  const release = leases.keep({ operation: 'operations/a', attempt: 1, leaseMs: LEASE_MS, holder });
  const goTo = async (ms: number) => {
    for (; nowMs < ms; nowMs += 1_000) {
      for (const [key, { dueMs, run }] of timers) {
        if (dueMs > nowMs) continue;
        timers.delete(key);
        run();
      }
      await new Promise(setImmediate);
    }
  };
  return { goTo, release, renewals, told };
}

it('a renewal that is never answered delays no other one', async () => {
  const { goTo, release, renewals } = leasesWith(async (count) =>
    count === 1 ? new Promise<Heartbeat>(() => {}) : TAKEN,
  );
  await goTo(LEASE_MS + 1);
  expect(renewals).toEqual([10_000, 20_000, 30_000]);
  release();
  await goTo(2 * LEASE_MS);
  expect(renewals).toHaveLength(3);
});

it('a lost lease is told once and renewed no more', async () => {
  const { goTo, renewals, told } = leasesWith(async () => LOST);
  await goTo(2 * LEASE_MS);
  expect(renewals).toEqual([10_000]);
  expect(told).toEqual(['LEASE_LOST']);
});
