/** Ports of the loopback interface, for servers that cannot choose one and say which. */
import { connect, createServer } from 'node:net';

/**
 * Below the ports that the system gives to outgoing connections and to servers that listen on port 0 (from 32768 on Linux,
 * from 49152 on macOS and Windows). A port from there can be given away between the choice and the start of the server.
 */
const FIRST = 20_000;
const COUNT = 12_000;
/** Far apart for processes that were started one after the other, so that they do not choose the same port. */
const DISTANCE = 101;

let next = (process.pid * DISTANCE) % COUNT;

/** Returns a TCP port of the loopback interface on which no process listens. This process gets each port once. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${FIRST} to ${FIRST + COUNT - 1} is free.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Returns whether a process accepts TCP connections at `port` of the loopback interface. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
