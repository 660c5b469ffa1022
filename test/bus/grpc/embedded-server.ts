import { Bus } from '../../../local/bus/bus.ts';
import type { BusOptions } from '../../../local/bus/bus-options.ts';
import { LazyGrpcServer } from '../../../local/bus/grpc/lazy-server.ts';
import { serve } from '../../../local/http-server.ts';
import type { GrpcServerUnderTest } from './grpc-contract.ts';

/** The bus of this process behind a port that speaks HTTP/1.1 and gRPC; `prepare` comes before the first connection. */
export async function serveGrpcBus(
  options: BusOptions = {},
  port = 0,
  prepare: (bus: Bus) => Promise<void> = async () => {},
): Promise<GrpcServerUnderTest & { readonly bus: Bus }> {
  const bus = new Bus(options);
  await prepare(bus);
  const grpc = new LazyGrpcServer(bus);
  const server = await serve((_request, response) => response.end('HTTP/1.1'), port, {
    http2: (connection) => void grpc.connect(connection),
  });
  return {
    kind: 'embedded',
    bus,
    host: server.url.replace('http://', ''),
    stop: async () => {
      await grpc.stop();
      await bus.close();
      await server.stop();
    },
  };
}
