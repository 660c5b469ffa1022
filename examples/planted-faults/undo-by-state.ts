/** An undo that relies on saved state. The fault: after a crash between booking and saving, the flight stays booked. */
import { deepEqual } from 'node:assert/strict';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { flights } from '../outside-world.ts';
import { trip } from '../trip.ts';
import type { Fault } from './fault.ts';

const booked = state(v.object({ flight: v.string() }));

export const undoByState: Fault = {
  of: trip,
  input: { route: 'ZRH-LIS', cents: 100 },
  worker: operation(trip, { state: booked, initial: { flight: '' }, catch: 'undo' }).steps({
    start: async (op) => {
      op.state.flight = await flights.book(op.input.route, op.key('flight'));
      return op.go('end');
    },
    end: (op) => ({ flight: op.state.flight, hotel: 'Bär' }),
    undo: async (op) => {
      // Right: cancel always, because the key finds what was booked.
      if (op.state.flight) await flights.cancel(op.key('flight'));
      throw op.failure;
    },
  }),
  effects: { flights },
  check: ({ operation: { error } }) => {
    if (error) deepEqual(flights.booked, {});
  },
};
