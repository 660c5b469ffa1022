import type { Duplex } from 'node:stream';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { serviceDefinition } from '../../../shared/operations-api/grpc-definition.ts';
import type { Bus } from '../bus.ts';
import { publisherService } from './publisher-service.ts';
import { pubsubSchema } from './pubsub-schema.ts';
import { subscriberService } from './subscriber-service.ts';

export interface GrpcServer {
  /** Serves a connection that uses HTTP/2 without encryption. */
  connect(connection: Duplex): void;
  stop(): void;
}

/** A publish request has at most 10 MB of messages, and what protobuf adds to them. */
const MAX_REQUEST = 14_000_000;

/** The bus behind Pub/Sub's gRPC interface. */
export function createGrpcServer(bus: Bus): GrpcServer {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST,
    'grpc.max_send_message_length': -1,
  });
  const definition = (name: string) =>
    serviceDefinition(pubsubSchema.lookupService(`google.pubsub.v1.${name}`));
  server.addService(definition('Publisher'), publisherService(bus));
  server.addService(definition('Subscriber'), subscriberService(bus));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    connect: (connection) => injector.injectConnection(connection),
    stop: () => server.forceShutdown(),
  };
}
