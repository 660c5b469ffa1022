import * as v from 'valibot';
import { defineOperation } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import { cards, flights, hotels } from './world.ts';

export const trip = defineOperation('example.v1.Trips.Book', {
  input: v.object({ route: v.string(), card: v.string() }), response: v.object({ flight: v.string(), hotel: v.string() }) });
const booked = state(v.object({ flight: v.string(), hotel: v.string(), at: v.picklist(['flight', 'hotel', 'card']) }));
const initial = { flight: '', hotel: '', at: 'flight' } as const;

export const tripWorker = operation(trip, { state: booked, initial, catch: 'undo', steps: { pay: { maxTries: 3 } } }).steps({
  start: async (op) => {
    op.state.flight = await flights.book(op.input.route, op.key('flight'));
    op.state.at = 'hotel';
    return op.go('hotel');                         // what is saved says which effect may have begun: the next one
  },
  hotel: async (op) => {
    op.state.hotel = await hotels.book(op.input.route, op.key('hotel'));
    op.state.at = 'card';
    return op.go('pay');
  },
  pay: async (op) => {
    await cards.charge(op.input.card, op.key('card'));
    return { flight: op.state.flight, hotel: op.state.hotel };
  },
  undo: async (op) => {                            // no try left, deadline or cancel. By key: what failed may have happened
    if (op.state.at === 'card') await cards.refund(op.key('card'));
    if (op.state.at !== 'flight') await hotels.cancel(op.key('hotel'));
    await flights.cancel(op.key('flight'));
    throw op.failure;                              // the operation ends with what began it
  },
});
