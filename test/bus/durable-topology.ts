import type { Topology } from '../../shared/pubsub/topology.ts';

/** The topology of the tests of what outlives a process. */
export const DURABLE: Topology = {
  topics: ['crash'],
  push: [],
  pull: [
    { name: 'crash-messages', topic: 'crash', ackDeadline: 600, messageRetention: 86_400, ordered: false },
  ],
};
