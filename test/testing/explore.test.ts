/** `explore` on an operation that is right; test/examples has those that are not. */
import { defineOperation, OperationError } from 'lro-orchestrator';
import { explore } from 'lro-orchestrator/testing';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const trip = defineOperation('t.v1.Trips.Book', {
  input: v.object({ card: v.string() }),
  response: v.object({ flight: v.string(), hotel: v.string() }),
});

/** What the outside world remembers, by key: a repeat with the same key does nothing new. */
const world = {
  flights: new Map<string, string>(),
  hotels: new Map<string, string>(),
  charges: new Map<string, number>(),
  hotelsFull: false,
  async bookFlight(key: string) {
    this.flights.set(key, 'LX1');
    return 'LX1';
  },
  async cancelFlight(key: string) {
    this.flights.delete(key);
  },
  async bookHotel(key: string) {
    if (this.hotelsFull) throw new OperationError('FAILED_PRECONDITION', 'no room');
    this.hotels.set(key, 'Bär');
    return 'Bär';
  },
  async cancelHotel(key: string) {
    this.hotels.delete(key);
  },
  async charge(cents: number, key: string) {
    this.charges.set(key, cents);
  },
  async refund(key: string) {
    this.charges.delete(key);
  },
};

const booked = state(
  v.object({ flight: v.string(), hotel: v.string(), at: v.picklist(['flight', 'hotel', 'card']) }),
);
const initial = { flight: '', hotel: '', at: 'flight' } as const;

const saga = operation(trip, { state: booked, initial, catch: 'undo' }).steps({
  start: async (op) => {
    op.state.flight = await world.bookFlight(op.key('flight'));
    op.state.at = 'hotel';
    return op.go('hotel');
  },
  hotel: async (op) => {
    op.state.hotel = await world.bookHotel(op.key('hotel'));
    op.state.at = 'card';
    return op.go('pay');
  },
  pay: async (op) => {
    await world.charge(100, op.key('card'));
    return { flight: op.state.flight, hotel: op.state.hotel };
  },
  undo: async (op) => {
    if (op.state.at === 'card') await world.refund(op.key('card'));
    if (op.state.at !== 'flight') await world.cancelHotel(op.key('hotel'));
    await world.cancelFlight(op.key('flight'));
    throw op.failure;
  },
});

/** All of it, or nothing of it. */
function allOrNothing({ operation: { error } }: { operation: { error?: unknown } }) {
  const counts = [world.flights.size, world.hotels.size, world.charges.size];
  expect(counts).toEqual(error ? [0, 0, 0] : [1, 1, 1]);
}

describe('a saga that undoes by key', () => {
  it('ends the same whatever happens', async () => {
    const explored = await explore(
      trip,
      { card: 'c' },
      { operations: [saga], effects: { world }, check: allOrNothing },
    );
    expect(explored.exhaustive).toBe(true);
    expect(explored.runs).toBeGreaterThan(100);
  });

  it('leaves nothing behind if no try is left', async () => {
    await explore(
      trip,
      { card: 'c' },
      {
        ...{ operations: [saga], effects: { world }, check: allOrNothing, outcome: 'any', runs: 300 },
        dispatch: { maxTries: 1 },
      },
    );
  });
});

it('holds runs for the same whichever of their operations changed last', async () => {
  const leg = defineOperation('t.v1.Legs.Fly', { input: v.object({}), response: v.object({}) });
  const parent = operation(trip).steps({
    start: (op) => op.spawn([leg({})], { then: 'end' }),
    end: () => ({ flight: 'LX1', hotel: 'Bär' }),
  });
  const legs = operation(leg).steps({ start: () => ({}) });
  const explored = await explore(trip, { card: 'c' }, { operations: [parent, legs], faults: 1 });
  expect(explored.exhaustive).toBe(true);
});
