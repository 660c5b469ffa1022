import type { Duplex } from 'node:stream';
import type { Bus } from '../bus.ts';
import type { GrpcServer } from './server.ts';

/** The gRPC interface. Its library is loaded when the first connection arrives, because most processes never get one. */
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

  /** Ends all connections. Clients treat that as an outage and connect again while they have work. */
  async stop(): Promise<void> {
    this.#stopped = true;
    (await this.#server)?.stop();
  }
}
