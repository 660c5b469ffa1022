/** Deadlines and sleeps of any length, on the executor's virtual clock: the whole embedded system runs by it. */
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../executor/index.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { freshName } from './names.ts';
import { Observer } from './observer.ts';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const YEAR = 365 * DAY;

describe('on virtual time', () => {
  const systems: LocalSystem[] = [];
  afterEach(async () => {
    for (const system of systems.splice(0)) await system.stop();
  });

  /** Time stands until the wait is there; then it passes until the wait is resumed. */
  async function waitFor(wait: object, push = true) {
    const clock = new VirtualClock();
    const release = clock.hold();
    const system = await startEmbeddedSystem({ push, clock });
    systems.push(system);
    const observer = await Observer.of(system);
    const name = freshName('virtual');
    await system.lifecycle.operation(name).wait(wait);
    await observer.launched(name);
    release();
    const signal = await observer.signal(name);
    const [execution] = system.executor.executions();
    const [ended] = (await observer.inspect(name)).waits;
    return {
      signal,
      lasted: Date.parse(ended?.endTime ?? '') - Date.parse(ended?.startTime ?? ''),
      execution,
    };
  }

  it('a timer of a year ends after a year', async () => {
    const { signal, lasted, execution } = await waitFor({ sleep: YEAR / SECOND, timeout: YEAR / SECOND });
    expect(signal.cause).toBe('SLEEP');
    expect(lasted).toBeGreaterThanOrEqual(YEAR);
    expect(lasted).toBeLessThan(YEAR + DAY);
    expect(execution?.steps).toBeLessThan(20);
  });

  it.each([
    ['with push', true],
    ['without push', false],
  ])(
    'a wait of a year for a child that never ends, %s, ends at its deadline in less than 1,000 steps',
    async (_, push) => {
      const children = [freshName('never')];
      const { signal, lasted, execution } = await waitFor(
        { children, timeout: YEAR / SECOND, pollFrequency: 1 },
        push,
      );
      expect(signal).toMatchObject({ cause: 'DEADLINE', children: { counts: { NOT_FOUND: 1 } } });
      expect(lasted).toBeGreaterThanOrEqual(YEAR);
      expect(lasted).toBeLessThan(YEAR + DAY);
      expect(execution?.steps).toBeLessThan(1_000);
    },
  );

  it('the deadline counts from the event, the sleep before the children included', async () => {
    const { signal, lasted } = await waitFor({ children: [freshName('never')], sleep: 60, timeout: 90 });
    expect(signal.cause).toBe('DEADLINE');
    expect(lasted).toBeGreaterThanOrEqual(90 * SECOND);
    expect(lasted).toBeLessThan(92 * SECOND);
  });

  it('a day is the default', async () => {
    const { signal, lasted } = await waitFor({ children: [freshName('never')] });
    expect(signal.cause).toBe('DEADLINE');
    expect(lasted).toBeGreaterThanOrEqual(DAY);
    expect(lasted).toBeLessThan(DAY + 60 * SECOND);
  });
});
