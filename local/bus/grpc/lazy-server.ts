import type { Duplex } from 'node:stream';
import type { Bus } from '../bus.ts';
import type { GrpcServer } from './server.ts';

/** The gRPC interface, whose library is loaded when the first connection comes: most starts never see one. */
export class LazyGrpcServer {
  readonly #bus: Bus;
  #server: Promise<GrpcServer> | undefined;
  #stopped = false;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async connect(connection: Duplex): Promise<void> {
    this.#server ??= import('./server.ts').then(({ createGrpcServer }) => createGrpcServer(this.#bus));
    const server = await this.#server;
    if (this.#stopped) connection.destroy();
    else server.connect(connection);
  }

  /** Ends all connections. Clients take that for an outage and connect again, as long as they want something. */
  async stop(): Promise<void> {
    this.#stopped = true;
    (await this.#server)?.stop();
  }
}
