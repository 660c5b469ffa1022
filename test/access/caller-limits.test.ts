import { expect, it } from 'vitest';
import { CallerLimits } from '../../shared/access/caller-limits.ts';

const A = { email: 'a@example.com' };
const B = { email: 'b@example.com' };

function limits(options: ConstructorParameters<typeof CallerLimits>[0]) {
  const clock = { now: 0 };
  return { clock, limits: new CallerLimits(options, () => clock.now) };
}

/** How many requests are admitted until one is not. */
function admitted(counted: CallerLimits, caller = A): number {
  for (let count = 0; ; count++) {
    try {
      counted.admit(caller);
    } catch {
      return count;
    }
  }
}

it('each caller has its own limit of requests per second, and may make twice as many at once', () => {
  const { clock, limits: counted } = limits({ requestsPerSecond: 10 });
  expect([admitted(counted, A), admitted(counted, B)]).toEqual([20, 20]);
  clock.now += 500;
  expect(admitted(counted, A)).toBe(5);
  clock.now += 3_600_000;
  expect(admitted(counted, A)).toBe(20);
});

it('a refusal says after how long a call can be made again', () => {
  const { clock, limits: counted } = limits({ requestsPerSecond: 0.2 });
  expect(admitted(counted)).toBe(1);
  clock.now += 1_000;
  const refused = () => counted.admit(A);
  expect(refused).toThrow(expect.objectContaining({ code: 8, retryAfterMs: 4_000 }));
  clock.now += 4_000;
  expect(admitted(counted)).toBe(1);
});

it('each caller has its own limit of held calls, and may hold another one once one has ended', () => {
  const { limits: counted } = limits({ heldCalls: 2 });
  const first = counted.hold(A);
  counted.hold(A);
  expect(counted.hold(A)).toBeUndefined();
  expect(counted.hold(B)).toBeDefined();
  first?.();
  expect(counted.hold(A)).toBeDefined();
});

it('nothing is limited without a limit', () => {
  const { limits: counted } = limits({});
  for (let count = 0; count < 10_000; count++) {
    counted.admit(A);
    expect(counted.hold(A)).toBeDefined();
  }
});

it('above 10,000 callers, idle ones are forgotten, and a caller with a held call is not', () => {
  const { limits: counted } = limits({ requestsPerSecond: 1, heldCalls: 1 });
  counted.hold(A);
  expect([admitted(counted, A), admitted(counted, B)]).toEqual([2, 2]);
  for (let index = 2; index < 10_000; index++) counted.admit({ email: `${index}@example.com` });
  expect(admitted(counted, B)).toBe(0);
  for (let index = 10_000; index < 20_000; index++) counted.admit({ email: `${index}@example.com` });
  expect(admitted(counted, B)).toBe(2);
  expect(admitted(counted, A)).toBe(0);
  expect(counted.hold(A)).toBeUndefined();
});
