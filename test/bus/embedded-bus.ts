import type { AddressInfo } from 'node:net';
import express from 'express';
import { pubsubApi } from '../../local/bus/api/pubsub-api.ts';
import { Bus } from '../../local/bus/bus.ts';
import type { BusOptions } from '../../local/bus/bus-options.ts';
import type { BusUnderTest } from './bus-contract.ts';

/** Starts a bus in this process, and serves it over HTTP. */
export async function serveBus(options: BusOptions = {}): Promise<BusUnderTest & { readonly bus: Bus }> {
  const bus = new Bus(options);
  const app = express().use(pubsubApi(bus));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    bus,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      await bus.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
