import { describe, expect, it, vi } from 'vitest';
import { Executor, RealClock, VirtualClock } from '../../executor/index.ts';

const DAY = 86_400_000;

const SLEEPER = `
main:
  params: [days]
  steps:
    - nap:
        call: sys.sleep
        args: {seconds: "\${days * 86400}"}
    - answer:
        return: \${sys.now()}
`;

describe('virtual time', () => {
  it('jumps to the next timer when nothing runs', async () => {
    const clock = new VirtualClock({ start: 0 });
    const executor = new Executor({ clock });
    executor.deploy('sleeper', SLEEPER);
    const execution = await executor.run('sleeper', { argument: '365' });
    expect(execution.result).toBe(`${365 * 86_400}.0`);
    expect(clock.now()).toBe(365 * DAY);
    await executor.close();
  });

  it('wakes sleepers in the order of their times', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    await Promise.all([
      clock.sleep(3 * DAY).then(() => woken.push('third')),
      clock.sleep(DAY).then(() => woken.push('first')),
      clock.sleep(2 * DAY).then(() => woken.push('second')),
    ]);
    expect(woken).toEqual(['first', 'second', 'third']);
  });

  it('stands still while it is held', async () => {
    const clock = new VirtualClock({ start: 0 });
    const release = clock.hold();
    const slept = clock.sleep(DAY);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(clock.now()).toBe(0);
    release();
    release();
    await slept;
    expect(clock.now()).toBe(DAY);
  });

  it('moves by hand, running what each timer sets off before the next', async () => {
    const clock = new VirtualClock({ start: 0, auto: false });
    const executor = new Executor({ clock });
    executor.deploy('sleeper', SLEEPER);
    const one = executor.createExecution('sleeper', { argument: '1' });
    const three = executor.createExecution('sleeper', { argument: '3' });
    await clock.advance(2 * DAY);
    expect([one.state, three.state]).toEqual(['SUCCEEDED', 'ACTIVE']);
    expect(one.endTime).toBe(DAY);
    await clock.advance(DAY);
    expect(three.state).toBe('SUCCEEDED');
    await executor.close();
  });

  it('rejects an aborted sleep with the reason, and forgets its timer', async () => {
    const clock = new VirtualClock({ auto: false });
    const controller = new AbortController();
    const slept = clock.sleep(DAY, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});

describe('real time', () => {
  it('sleeps longer than one setTimeout can', async () => {
    vi.useFakeTimers();
    try {
      const year = 365 * DAY;
      let awake = false;
      const slept = new RealClock().sleep(year).then(() => {
        awake = true;
      });
      await vi.advanceTimersByTimeAsync(year - 1);
      expect(awake).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await slept;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects an aborted sleep and clears its timer', async () => {
    vi.useFakeTimers();
    try {
      const controller = new AbortController();
      const slept = new RealClock().sleep(DAY, controller.signal);
      controller.abort(new Error('enough'));
      await expect(slept).rejects.toThrow('enough');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
