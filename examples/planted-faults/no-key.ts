/** A charge without an idempotency key. The fault: a worker that crashes after the charge charges again. */
import { deepEqual } from 'node:assert/strict';
import { operation } from 'lro-orchestrator/worker';
import { cards } from '../outside-world.ts';
import { trip } from '../trip.ts';
import type { Fault } from './fault.ts';

let charges = 0;

export const noKey: Fault = {
  of: trip,
  input: { route: 'ZRH-LIS', cents: 100 },
  worker: operation(trip).steps({
    start: async (op) => {
      // Right: op.key('card').
      await cards.charge(op.input.cents, `charge-${++charges}`);
      return { flight: 'LX1', hotel: 'Bär' };
    },
  }),
  effects: { cards },
  check: () => deepEqual(Object.values(cards.charges), [100]),
};
