import { once } from 'node:events';
import { createServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { grpcOperations } from '../../shared/operations-api/grpc.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';

export interface GrpcServer {
  readonly address: string;
  stop(): void;
}

/** Serves google.longrunning.Operations over gRPC, on the loopback interface and without encryption. */
export async function serveGrpc(orchestrator: Orchestrator, port: number): Promise<GrpcServer> {
  const server = new Server();
  const { definition, implementation } = grpcOperations(async () => orchestrator);
  server.addService(definition, implementation);
  await requireFree(port);
  const listening = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { address: `localhost:${listening}`, stop: () => server.forceShutdown() };
}

/** The library logs a port that it cannot have, and its error has neither code nor port. */
async function requireFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
