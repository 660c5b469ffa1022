import { describe, inject } from 'vitest';
import { busContract } from './bus-contract.ts';

const host = inject('pubsubEmulatorHost');

describe.skipIf(host === undefined)('Pub/Sub emulator', () => {
  busContract('emulator', async () => ({ host: host ?? '', stop: async () => {} }));
});
