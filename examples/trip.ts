/**
 * A saga: books a flight and a hotel and charges a card, or leaves nothing behind. One effect a step, each by its key.
 *
 *   npm start
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/trip.ts
 */
import { createOperations, defineOperation } from 'lro-orchestrator';
import { operation, serve, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { isMain } from './main-module.ts';
import { cards, flights, hotels } from './outside-world.ts';

export const trip = defineOperation('example.v1.Trips.Book', {
  input: v.object({ route: v.string(), cents: v.number() }),
  response: v.object({ flight: v.string(), hotel: v.string() }),
});
const booked = state(
  v.object({ flight: v.string(), hotel: v.string(), at: v.picklist(['flight', 'hotel', 'card']) }),
);
const initial = { flight: '', hotel: '', at: 'flight' } as const;

export const tripWorker = operation(trip, { state: booked, initial, catch: 'undo' }).steps({
  start: async (op) => {
    op.state.flight = await flights.book(op.input.route, op.key('flight'));
    // The saved state says which effect may have begun: the next one.
    op.state.at = 'hotel';
    return op.go('hotel');
  },
  hotel: async (op) => {
    op.state.hotel = await hotels.book(op.input.route, op.key('hotel'));
    op.state.at = 'card';
    return op.go('pay');
  },
  pay: async (op) => {
    await cards.charge(op.input.cents, op.key('card'));
    return { flight: op.state.flight, hotel: op.state.hotel };
  },
  // Runs when no try is left, at the deadline, or after a cancel. It undoes by key, because a call that failed may have had
  // its effect.
  undo: async (op) => {
    if (op.state.at === 'card') await cards.refund(op.key('card'));
    if (op.state.at !== 'flight') await hotels.cancel(op.key('hotel'));
    await flights.cancel(op.key('flight'));
    throw op.failure;
  },
});

if (isMain(import.meta.url)) {
  const serving = await serve([tripWorker]);
  const handle = await createOperations().create(trip, { route: 'ZRH-LIS', cents: 42_000 });
  console.log(handle.name, await handle.result());
  await serving.stop();
}
