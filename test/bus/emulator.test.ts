import { describe, inject } from 'vitest';
import { busContract } from './bus-contract.ts';

const host = inject('pubsubEmulatorHost');

// What the emulator leaves out of Pub/Sub: it takes filters and ignores them, has no limits on attributes, does not bring
// messages again that were acknowledged out of order, and does not count the attempts of a push.
describe.skipIf(host === undefined)('Pub/Sub emulator', () => {
  busContract(
    async () => ({ host: host ?? '', stop: async () => {} }),
    ['filters', 'attributeLimits', 'acksOfOneKey', 'attemptOfPush'],
  );
});
