import { HttpApi, type Retries } from '../client/http-api.ts';
import type { BusConnection } from './connection.ts';
import type { Surroundings } from './environment.ts';
import { keepAliveTransport } from './keep-alive-transport.ts';
import type { Log } from './op.ts';
import { RestSource } from './rest-source.ts';

/** Connects to the local system's Pub/Sub, which is at the origin of the Operations API. */
export async function restConnection(
  { url, project, subscription, lifecycleTopic }: Surroundings,
  log: Log,
  retries: Retries = {},
): Promise<BusConnection> {
  const api = new HttpApi({ url, transport: keepAliveTransport(), ...retries });
  return {
    address: url,
    source: new RestSource(api, project, subscription, log),
    async publish(data) {
      const body = { messages: [{ data: Buffer.from(data).toString('base64') }] };
      // The event carries its own id: a repeat is dropped.
      const path = `/v1/projects/${project}/topics/${lifecycleTopic}:publish`;
      await api.call('POST', path, body, { idempotent: true });
    },
  };
}
