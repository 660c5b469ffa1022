/**
 * A loop that names children by their index in a list without a fixed order. The fault: after a crash, "1" is another
 * account.
 */
import { deepEqual } from 'node:assert/strict';
import { operation } from 'lro-orchestrator/worker';
import { accounts, jobs } from '../outside-world.ts';
import { trip } from '../trip.ts';
import type { Fault } from './fault.ts';

export const childrenByIndex: Fault = {
  of: trip,
  input: { route: 'ZRH-LIS', cents: 100 },
  worker: operation(trip).steps({
    start: async (op) => {
      // Right: op.key(account).
      for (const [index, account] of (await accounts.list()).entries()) {
        await jobs.start(account, op.key(`pay-${index}`));
      }
      return { flight: 'LX1', hotel: 'Bär' };
    },
  }),
  effects: { accounts, jobs },
  check: () => {
    const paid = jobs.started.map((job) => job.slice(0, job.indexOf('#')));
    deepEqual(paid.toSorted(), ['ann', 'bob']);
  },
};
