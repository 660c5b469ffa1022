/** What Pub/Sub promises over gRPC, asked of every server by every client in the same words. */
import { afterAll, beforeAll } from 'vitest';
import { beyondEmulator } from './contract/beyond-emulator.ts';
import { GrpcContext } from './contract/context.ts';
import { publishing } from './contract/publishing.ts';
import { pulling } from './contract/pulling.ts';
import { resources } from './contract/resources.ts';
import { streaming } from './contract/streaming.ts';
import type { GrpcClient } from './grpc-client.ts';

export interface GrpcServerUnderTest {
  readonly kind: 'embedded' | 'emulator';
  /** Host and port. */
  readonly host: string;
  stop(): Promise<void>;
}

export function grpcContract(
  kind: GrpcServerUnderTest['kind'],
  start: () => Promise<GrpcServerUnderTest>,
  connect: (host: string) => GrpcClient | Promise<GrpcClient>,
): void {
  let server: GrpcServerUnderTest;
  let client: GrpcClient;
  const context = new GrpcContext(() => client);

  beforeAll(async () => {
    server = await start();
    client = await connect(server.host);
  });

  afterAll(async () => {
    context.close();
    await client.close();
    await server.stop();
  });

  for (const cases of [resources, publishing, pulling, streaming]) cases(context);
  if (kind === 'embedded') beyondEmulator(context);
}
