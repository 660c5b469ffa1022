/** One port for HTTP/1.1 and gRPC. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../setup/until.ts';
import { serveGrpcBus } from './embedded-server.ts';
import { nodeClient } from './node-client.ts';

let server: Awaited<ReturnType<typeof serveGrpcBus>>;

beforeAll(async () => {
  server = await serveGrpcBus();
});

afterAll(() => server.stop());

async function connected(): Promise<Socket> {
  const [host, port] = server.host.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  return socket;
}

test('both protocols are served at once', async () => {
  const client = nodeClient(server.host);
  const created = client.call('Publisher.CreateTopic', { name: 'projects/p/topics/both' });
  expect(await (await fetch(`http://${server.host}/`)).text()).toBe('HTTP/1.1');
  expect(await created).toMatchObject({ name: 'projects/p/topics/both' });
  await client.close();
});

test.for(['GET', 'PUT', 'PROPFIND'])('a request that arrives byte by byte is read: %s', async (method) => {
  const socket = (await connected()).setNoDelay();
  const answer = text(socket);
  for (const byte of `${method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`) {
    await new Promise((resolve) => socket.write(byte, resolve));
  }
  expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('a connection that sends nothing does not delay the stop of the server', async () => {
  const other = await serveGrpcBus();
  const [host, port] = other.host.split(':');
  const silent = connect(Number(port), host).resume();
  await once(silent, 'connect');
  // The server has taken the connection once it answers on a later one.
  await fetch(`http://${other.host}/`);
  await other.stop();
  await until('the end of the connection', () => silent.readableEnded);
});

test('the library of gRPC is not loaded before the first connection', () => {
  const script = `
    const { startEmbeddedSystem } = await import('./local/embedded/embedded-system.ts');
    const { createRequire } = await import('node:module');
    const system = await startEmbeddedSystem({ push: true });
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('@grpc'));
    console.log('loaded', loaded.length);
    await system.stop();`;
  const cwd = fileURLToPath(new URL('../../../', import.meta.url));
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd,
  });
  expect(stdout.toString()).toContain('loaded 0');
});
