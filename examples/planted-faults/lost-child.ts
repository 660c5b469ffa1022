/**
 * A job of another service without a request id. The fault: after a crash before its name is saved, the step starts a
 * second job, and nothing waits for the first one.
 */
import { equal } from 'node:assert/strict';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { jobs } from '../outside-world.ts';
import { trip } from '../trip.ts';
import type { Fault } from './fault.ts';

const started = state(v.object({ job: v.string() }));

export const lostChild: Fault = {
  of: trip,
  input: { route: 'ZRH-LIS', cents: 100 },
  worker: operation(trip, { state: started, initial: { job: '' } }).steps({
    start: async (op) => {
      // Right: jobs.start('search', op.key('search')).
      op.state.job ||= await jobs.start('search');
      return op.sleep('1m', { then: 'end' });
    },
    end: (op) => ({ flight: op.state.job, hotel: 'Bär' }),
  }),
  effects: { jobs },
  check: () => equal(jobs.started.length, 1, 'a job is left that no operation waits for'),
};
