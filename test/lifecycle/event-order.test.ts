import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventPosition, eventOrder } from '../../shared/lifecycle/event-order.ts';

const position: fc.Arbitrary<EventPosition> = fc.record({
  sequence: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { nil: undefined }),
  seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
  eventId: fc.string({ minLength: 1 }),
});

/** What the contract says, spelled out. */
function isBefore(a: EventPosition, b: EventPosition): boolean {
  if ((a.sequence === undefined) !== (b.sequence === undefined)) return a.sequence === undefined;
  if (a.sequence !== b.sequence) return (a.sequence ?? 0n) < (b.sequence ?? 0n);
  if (a.seconds !== b.seconds) return a.seconds < b.seconds;
  if (a.nanos !== b.nanos) return a.nanos < b.nanos;
  return a.eventId < b.eventId;
}

describe('eventOrder', () => {
  it('sorts as sequence, time and id do', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(eventOrder(a) < eventOrder(b)).toBe(isBefore(a, b));
      }),
      { numRuns: 1_000 },
    );
  });
});
