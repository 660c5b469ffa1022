/** A TCP proxy in front of a service, which is slow, silent or cut while it is told to be. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `slow`: every piece of data comes 200 to 500 ms late. `silent`: connections are accepted and nothing comes back. `reset`: every
 * connection is reset, new ones work. `cut`: every connection is reset, and new ones are too.
 */
export type Trouble = 'slow' | 'silent' | 'reset' | 'cut';

const SLOW_MS = 200;
const SLOW_MORE_MS = 300;

export class FlakyProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #random: () => number;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #trouble: Trouble | undefined;

  private constructor(target: string, random: () => number) {
    const [host = '', port] = target.split(':');
    this.#target = { host, port: Number(port) };
    this.#random = random;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(target: string, random: () => number): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(target, random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return `127.0.0.1:${address.port}`;
  }

  /** Sets the trouble. undefined: none. */
  set(trouble: Trouble | undefined): void {
    // Bytes that were dropped are missing in the stream, so the connection can only be ended.
    if (this.#trouble === 'silent' || trouble === 'reset' || trouble === 'cut') this.#reset();
    this.#trouble = trouble === 'reset' ? undefined : trouble;
  }

  async stop(): Promise<void> {
    this.#reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#trouble === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const service = connect(this.#target);
    this.#forward(client, service);
    this.#forward(service, client);
  }

  #forward(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    let order = Promise.resolve();
    const inOrder = (step: () => void) => {
      order = order.then(async () => {
        if (this.#trouble === 'slow') await sleep(SLOW_MS + this.#random() * SLOW_MORE_MS);
        if (!to.destroyed) step();
      });
    };
    from.on('data', (data) => {
      if (this.#trouble !== 'silent') inOrder(() => to.write(data));
    });
    from.on('end', () => inOrder(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      inOrder(() => to.destroy());
    });
  }

  #reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
