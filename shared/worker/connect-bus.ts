import type { Retries } from '../client/http-api.ts';
import type { BusConnection } from './connection.ts';
import type { Surroundings } from './environment.ts';
import type { Log } from './op.ts';
import { connectPubSub } from './pubsub-connection.ts';
import { restConnection } from './rest-connection.ts';

/**
 * Connects to the Pub/Sub that the surroundings name. Rejects if that needs a client library that is not installed.
 *
 * @param maxMessages the largest number of messages that Google's client library holds
 * @param retries of the local system's Pub/Sub
 */
export function connectBus(
  surroundings: Surroundings,
  maxMessages: number,
  log: Log,
  retries?: Retries,
): Promise<BusConnection> {
  return surroundings.pull === 'rest'
    ? restConnection(surroundings, log, retries)
    : connectPubSub(surroundings, maxMessages, log);
}
