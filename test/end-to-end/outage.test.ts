/** Spanner out of reach: the message is not acknowledged, comes again, and is applied once. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startEmulatedSystem } from '../../local/emulated/emulated-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { freshName } from './names.ts';
import { Observer } from './observer.ts';
import { getOperation } from './rest.ts';

/** A line to a server that can be cut and mended. */
class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  /** Calls that came while it was cut. */
  refused = 0;

  constructor(host: string) {
    const [name = '', port = ''] = host.split(':');
    this.#server = createServer((socket) => {
      if (this.#cut) {
        this.refused++;
        socket.destroy();
        return;
      }
      const far = connect(Number(port), name);
      for (const end of [socket, far]) {
        this.#sockets.add(end);
        end
          .on('error', () => undefined)
          .on('close', () => {
            socket.destroy();
            far.destroy();
            this.#sockets.delete(end);
          });
      }
      socket.pipe(far).pipe(socket);
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

const spannerHost = inject('spannerEmulatorHost');
const pubsubHost = inject('pubsubEmulatorHost');

describe.skipIf(!spannerHost || !pubsubHost)('an outage of Spanner', () => {
  const line = new Line(spannerHost ?? '');
  let system: LocalSystem;
  let observer: Observer;

  beforeAll(async () => {
    const project = `e2e-${randomUUID().slice(0, 8)}`;
    const hosts = { spannerHost: await line.open(), pubsubHost: pubsubHost ?? '' };
    system = await startEmulatedSystem({ ...hosts, project, push: true, logLevel: 'silent' });
    observer = await Observer.of(system);
  });
  afterAll(async () => {
    await system?.stop();
    line.close();
  });

  it('loses nothing and doubles nothing', async () => {
    const before = freshName('before');
    await system.lifecycle.operation(before).create();
    await system.lifecycle.operation(before).succeed();
    await observer.completion(before);

    line.cut();
    const operation = freshName('during');
    await system.lifecycle.operation(operation).create({ method: 'm' });
    await system.lifecycle.operation(operation).succeed();
    await until('a call that was refused', () => line.refused > 0);
    expect(observer.completions(operation)).toHaveLength(0);
    expect(await getOperation(system, before)).toMatchObject({
      status: 503,
      body: { error: { status: 'UNAVAILABLE' } },
    });

    line.mend();
    await observer.completion(operation);
    await expect.poll(() => observer.inspect(operation)).toMatchObject({ method: 'm' });
    const { history } = await observer.inspect(operation);
    expect(history.map(({ type }) => type).sort()).toEqual(['created', 'succeeded']);
    expect(observer.deadLetters).toHaveLength(0);
    expect(new Set(observer.completions(operation).map(({ eventId }) => eventId)).size).toBe(1);
  });
});
