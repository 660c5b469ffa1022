import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../executor/clock.ts';
import { Fifo } from '../../local/bus/fifo.ts';
import { type Alarm, Schedule } from '../../local/bus/schedule.ts';

test('alarms ring once, in order of time, and not once cancelled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ delay: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean() }), {
        maxLength: 300,
      }),
      async (plan) => {
        const clock = new VirtualClock({ start: 0, auto: false });
        const schedule = new Schedule(clock);
        const rung: number[] = [];
        const alarms: Alarm[] = plan.map(({ delay }) =>
          schedule.at(delay, () => {
            expect(clock.now()).toBe(delay);
            rung.push(delay);
          }),
        );
        for (const [index, alarm] of alarms.entries()) if (plan[index]?.cancelled) schedule.cancel(alarm);
        await clock.advance(100);
        const expected = plan.filter(({ cancelled }) => !cancelled).map(({ delay }) => delay);
        expect(rung).toEqual(expected.sort((a, b) => a - b));
      },
    ),
    { numRuns: 50 },
  );
});

test('an alarm may set the next one', async () => {
  const clock = new VirtualClock({ start: 0, auto: false });
  const schedule = new Schedule(clock);
  const rung: number[] = [];
  const ring = () => {
    rung.push(clock.now());
    if (rung.length < 4) schedule.at(clock.now() + 5, ring);
  };
  schedule.at(5, ring);
  await clock.advance(100);
  expect(rung).toEqual([5, 10, 15, 20]);
});

test('alarms ring in time although the clock of the machine is set back, or forward', async () => {
  const time = new VirtualClock({ start: 0, auto: false });
  for (const jump of [-3_600_000, 3_600_000]) {
    let offset = 1_000_000_000;
    const clock = {
      now: () => time.now() + offset,
      monotonic: () => time.monotonic(),
      sleep: (ms: number, signal?: AbortSignal) => time.sleep(ms, signal),
      hold: () => time.hold(),
    };
    const schedule = new Schedule(clock);
    const start = time.now();
    const rung: number[] = [];
    schedule.at(clock.now() + 10_000, () => rung.push(time.now() - start));
    offset += jump;
    schedule.at(clock.now() + 20_000, () => rung.push(time.now() - start));
    await time.advance(30_000);
    expect(rung).toEqual([10_000, 20_000]);
  }
});

test('a queue gives what an array would', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('push' as const), items: fc.array(fc.integer(), { maxLength: 100 }) }),
    fc.record({ does: fc.constant('unshift' as const), items: fc.array(fc.integer(), { maxLength: 5 }) }),
    fc.record({ does: fc.constant('shift' as const), items: fc.array(fc.integer(), { maxLength: 100 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      for (const { does, items } of steps) {
        if (does === 'push') {
          for (const item of items) queue.push(item);
          model.push(...items);
        } else if (does === 'unshift') {
          queue.unshift(items);
          model.unshift(...items);
        } else {
          for (const _ of items) expect(queue.shift()).toBe(model.shift());
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});
