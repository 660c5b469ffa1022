import { describe, expect, it } from 'vitest';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { waitOperation } from '../../shared/orchestrator/wait-operation.ts';
import { running, succeeded } from '../store/fixtures.ts';

const NAME = operationName('awaited');
const RUNNING = running(NAME);
const GONE: Operation = { ...RUNNING, state: 'DELETED', deleteTime: 0, expireTime: 1 };

/** A clock that only pauses move, and a store whose operation is another one from some time on. */
function scene(later: Operation | undefined, from: number) {
  const clock = { now: 0 };
  const reads: number[] = [];
  const operation = async () => {
    reads.push(clock.now);
    return clock.now >= from ? later : RUNNING;
  };
  const orchestrator = { store: { operation } as unknown as Orchestrator['store'], now: () => clock.now };
  const pause = async (millis: number, signal: AbortSignal) => {
    clock.now += millis;
    signal.throwIfAborted();
  };
  const wait = (timeout: number, signal = new AbortController().signal) =>
    waitOperation(orchestrator, { operation: NAME, timeoutMs: timeout, signal }, pause);
  return { clock, reads, wait };
}

describe('wait', () => {
  it('gives the operation once it is done', async () => {
    const { clock, wait } = scene(succeeded(RUNNING), 7_000);
    expect(await wait(60_000)).toMatchObject({ state: 'SUCCEEDED' });
    expect(clock.now).toBeLessThanOrEqual(7_000 + 5_000);
  });

  it('gives the latest state at the timeout, and not later', async () => {
    const { clock, wait } = scene(RUNNING, 0);
    expect(await wait(12_345)).toMatchObject({ state: 'RUNNING' });
    expect(clock.now).toBeCloseTo(12_345);
  });

  it('looks once if there is no time', async () => {
    const { reads, wait } = scene(RUNNING, 0);
    await wait(0);
    expect(reads).toEqual([0]);
  });

  it('asks the store ever less often', async () => {
    const { reads, wait } = scene(RUNNING, 0);
    await wait(600_000);
    // At least half of five seconds apart, but for the first few.
    expect(reads.length).toBeLessThan(600_000 / 2_500 + 15);
  });

  it('stops when the client goes away', async () => {
    const client = new AbortController();
    const { clock, reads, wait } = scene(RUNNING, 0);
    const answer = wait(60_000, client.signal);
    client.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
    expect(clock.now).toBeLessThan(60_000);
    expect(reads.length).toBeLessThan(3);
  });

  it.each([
    ['deleted', GONE],
    ['removed', undefined],
  ])('ends for one that is %s meanwhile', async (_, later) => {
    const { wait } = scene(later, 3_000);
    await expect(wait(60_000)).rejects.toMatchObject({ kind: 'notFound' });
  });
});
