/**
 * A pause within a step. The fault: `op.sleep` is a transition, which has no effect until the step returns it. The types
 * refuse this too.
 */
import { operation } from 'lro-orchestrator/worker';
import { trip } from '../trip.ts';
import type { Fault } from './fault.ts';

export const awaitSleep: Fault = {
  of: trip,
  input: { route: 'ZRH-LIS', cents: 100 },
  worker: operation(trip).steps({
    start: async (op) => {
      // Right: return op.sleep('1m', { then: 'end' }).
      await op.sleep('1m', { then: 'start' });
      return { flight: 'LX1', hotel: 'Bär' };
    },
  }),
  effects: {},
  check: ({ operation: { error } }) => {
    if (error) throw error;
  },
};
