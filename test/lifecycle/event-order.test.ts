import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventPosition, eventOrder } from '../../shared/lifecycle/event-order.ts';

interface Place extends EventPosition {
  readonly attempt: number;
  readonly eventId: string;
}

const place: fc.Arbitrary<Place> = fc.record({
  attempt: fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 9_999_999_999 })),
  sequence: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { nil: undefined }),
  seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
  eventId: fc.string({ minLength: 1 }),
});

/** What the contract says, spelled out. */
function isBefore(a: Place, b: Place): boolean {
  if (a.attempt !== b.attempt) return a.attempt < b.attempt;
  if ((a.sequence === undefined) !== (b.sequence === undefined)) return a.sequence === undefined;
  if (a.sequence !== b.sequence) return (a.sequence ?? 0n) < (b.sequence ?? 0n);
  if (a.seconds !== b.seconds) return a.seconds < b.seconds;
  if (a.nanos !== b.nanos) return a.nanos < b.nanos;
  return a.eventId < b.eventId;
}

const orderOf = (at: Place) => eventOrder(at.attempt, at, at.eventId);

describe('eventOrder', () => {
  it('sorts as attempt, sequence, time and id do', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(orderOf(a) < orderOf(b)).toBe(isBefore(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('has, of attempt 0, the form of the releases without attempts', () => {
    expect(eventOrder(0, { seconds: 0, nanos: 5 }, 'e')).toBe('0/062135596800000000005/e');
  });
});
