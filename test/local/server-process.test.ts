/** How the servers that this project starts in processes of their own are found to be ready. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/emulators/ports.ts';
import { startProcess } from '../../local/emulators/server-process.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Listens on the port that its argument names, and prints which one that is. */
const SERVER = `
  const server = require('node:http').createServer((_, answer) => answer.end('here')).listen(Number(process.argv[1]), '127.0.0.1', () => {
    console.log('listens on ' + server.address().port);
  });`;

async function startServer(port: number) {
  const server = await startProcess({
    command: process.execPath,
    args: ['-e', SERVER, String(port)],
    ready: (printed) => /listens on (\d+)\n/.exec(printed)?.[1],
  });
  stops.push(server.stop);
  return server;
}

async function listen(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

describe('a server process', () => {
  it('says itself where it listens', async () => {
    const [first, second] = await Promise.all([startServer(0), startServer(0)]);
    expect(first.ready).toMatch(/^\d+$/);
    expect(second.ready).not.toBe(first.ready);
  });

  it('is not ready because another server answers at its port, and the error says what it printed', async () => {
    const taken = await listen(0);
    await expect(startServer(taken)).rejects.toThrow(/ended before it was ready: [\s\S]*EADDRINUSE/);
  });
});

describe('a free port', () => {
  it('is none that the system gives to a server that listens on port 0', async () => {
    expect(await freePort()).toBeLessThan(32_768);
    expect(await listen(0)).toBeGreaterThanOrEqual(32_768);
  });

  it('is chosen once by a process, and is not one in use', async () => {
    const first = await freePort();
    await listen(first + 1);
    const others = await Promise.all([freePort(), freePort(), freePort()]);
    expect(new Set([first, first + 1, ...others]).size).toBe(5);
  });
});
