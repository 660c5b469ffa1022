import { describe, inject } from 'vitest';
import { createBusPublisher } from '../../local/bus/publisher.ts';
import { createPubSubPublisher } from '../../shared/pubsub/publisher.ts';
import { serveBus } from './embedded-bus.ts';
import { publisherContract } from './publisher-contract.ts';

const host = inject('pubsubEmulatorHost');

describe('publisher on the embedded bus', () => {
  publisherContract(async (topics) => {
    const served = await serveBus();
    return { ...served, publisher: createBusPublisher(served.bus, { topics }) };
  });
});

describe.skipIf(host === undefined)('publisher on Pub/Sub', () => {
  publisherContract(async (topics, projectId) => ({
    publisher: createPubSubPublisher({ projectId, topics, apiEndpoint: host }),
    host: host ?? '',
    stop: async () => {},
  }));
});
