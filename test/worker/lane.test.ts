import { beforeEach, expect, it } from 'vitest';
import { Lane, type Received } from '../../shared/worker/lane.ts';
import type { WorkerClock } from '../../shared/worker/worker-clock.ts';

/** A clock that the test moves. */
class MovedClock implements WorkerClock {
  timers = new Set<{ readonly time: number; readonly run: () => void }>();
  /** The difference of the time of day from the time by which timers ring. */
  offset = 0;
  #now = 0;

  now(): number {
    return this.#now + this.offset;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { time: this.#now + ms, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  moveTo(ms: number): void {
    this.#now = ms;
    for (const timer of [...this.timers]) {
      if (timer.time > ms) continue;
      this.timers.delete(timer);
      timer.run();
    }
  }
}

const givenBack: string[] = [];
const received = (name: string) =>
  ({ message: { putOff: () => givenBack.push(name) }, signal: { operation: name } }) as unknown as Received;

beforeEach(() => {
  givenBack.length = 0;
});

it('each signal in a line is given back after ten seconds of its own, and an empty line has no timer', () => {
  const clock = new MovedClock();
  const lane = new Lane(1, clock);
  lane.add(received('taken'));
  clock.moveTo(1_000);
  lane.add(received('first'));
  lane.add(received('second'));
  clock.moveTo(4_000);
  lane.add(received('third'));
  expect(lane.takeFirst()?.signal.operation).toBe('taken');
  clock.moveTo(10_000);
  expect(givenBack).toEqual([]);
  clock.moveTo(11_000);
  expect(givenBack).toEqual(['first', 'second']);
  expect(lane.length).toBe(1);
  clock.moveTo(14_000);
  expect(givenBack).toEqual(['first', 'second', 'third']);
  expect(clock.timers.size).toBe(0);
  lane.add(received('later'));
  expect(clock.timers.size).toBe(1);
  lane.takeFirst();
  expect(clock.timers.size).toBe(0);
});

it('a signal in a line is given back in time if the clock is set back meanwhile', () => {
  const clock = new MovedClock();
  const lane = new Lane(1, clock);
  lane.add(received('first'));
  clock.offset = -3_600_000;
  clock.moveTo(10_000);
  expect(givenBack).toEqual(['first']);
});
