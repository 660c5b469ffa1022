import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** What an HTTP/2 connection begins with; no method of HTTP/1 does. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI');

/** How long a connection may take to say what it speaks, in milliseconds. */
const MAX_SILENCE = 60_000;

/** Takes over a connection of which nothing has been read. */
export type ConnectionListener = (connection: Socket) => void;

/**
 * Hands the connections that speak HTTP/2 to `http2`, and leaves the others to the server: one port for both. Returns
 * what ends the connections that have not said yet what they speak.
 */
export function divertHttp2(server: Server, http2: ConnectionListener): () => void {
  const undecided = new Set<Socket>();
  const http1 = server.listeners('connection') as ConnectionListener[];
  server.removeAllListeners('connection');
  server.on('connection', (connection: Socket) => {
    undecided.add(connection);
    whenDecided(connection, (isHttp2) => {
      undecided.delete(connection);
      if (isHttp2) {
        // The HTTP server keeps a connection open whose client has ended its half.
        connection.allowHalfOpen = false;
        http2(connection);
      } else {
        for (const listener of http1) listener.call(server, connection);
        connection.resume();
      }
    });
  });
  return () => {
    for (const connection of undecided) connection.destroy();
  };
}

/** Calls `decide` once the first bytes are there, and puts them back. */
function whenDecided(connection: Socket, decide: (isHttp2: boolean) => void): void {
  let start: Buffer = Buffer.alloc(0);
  const end = () => connection.destroy();
  const read = (chunk: Buffer) => {
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    const length = Math.min(start.length, PREFACE.length);
    const maybeHttp2 = start.subarray(0, length).equals(PREFACE.subarray(0, length));
    if (maybeHttp2 && length < PREFACE.length) return;
    for (const event of ['error', 'timeout', 'end']) connection.off(event, end);
    connection.off('data', read).setTimeout(0).pause().unshift(start);
    decide(maybeHttp2);
  };
  for (const event of ['error', 'timeout', 'end']) connection.once(event, end);
  connection.on('data', read).setTimeout(MAX_SILENCE);
}
