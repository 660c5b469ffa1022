import { describe, expect, it } from 'vitest';
import { CoalescedRuns } from '../../shared/orchestrator/coalesced-runs.ts';

describe('coalesced runs', () => {
  /** Tasks that end when told to. */
  function controlled() {
    const begun: { end(): void; fail(): void }[] = [];
    const task = () =>
      new Promise<void>((resolve, reject) => {
        begun.push({ end: resolve, fail: () => reject(new Error('failed')) });
      });
    return { begun, task };
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('gives all who ask at once one run, that begins after they asked', async () => {
    const { begun, task } = controlled();
    const runs = new CoalescedRuns();
    const all = [runs.run('a', task), runs.run('a', task), Promise.resolve().then(() => runs.run('a', task))];
    expect(begun).toHaveLength(0);
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]?.end();
    await Promise.all(all);
    await turn();
    expect(begun).toHaveLength(1);
  });

  it('gives all requests during a run the next run, and starts no other', async () => {
    const { begun, task } = controlled();
    const runs = new CoalescedRuns();
    const first = runs.run('a', task);
    await turn();
    const others = [runs.run('a', task), runs.run('a', task), runs.run('a', task)];
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]?.end();
    await first;
    await turn();
    expect(begun).toHaveLength(2);
    begun[1]?.end();
    await Promise.all(others);
    await turn();
    expect(begun).toHaveLength(2);
  });

  it('keeps keys apart', async () => {
    const { begun, task } = controlled();
    const runs = new CoalescedRuns();
    void runs.run('a', task);
    void runs.run('b', task);
    await turn();
    expect(begun).toHaveLength(2);
  });

  it('tells a failure to those who asked for that run', async () => {
    const { begun, task } = controlled();
    const runs = new CoalescedRuns();
    const first = runs.run('a', task);
    await turn();
    const second = runs.run('a', task);
    begun[0]?.fail();
    await expect(first).rejects.toThrow('failed');
    await turn();
    begun[1]?.end();
    await expect(second).resolves.toBeUndefined();
    const third = runs.run('a', task);
    await turn();
    begun[2]?.end();
    await third;
  });
});
