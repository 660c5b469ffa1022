import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The first bytes of every HTTP/2 connection, which no HTTP/1 request begins with.
 * https://www.rfc-editor.org/rfc/rfc9113#section-3.4
 */
const PREFACE = Buffer.from('PRI');

/** How long a new connection may take to send its first bytes, in milliseconds. */
const MAX_SILENCE_MS = 60_000;

/** Handles a connection from which nothing has been read yet. */
export type ConnectionListener = (connection: Socket) => void;

/**
 * Passes HTTP/2 connections to `http2`, and all others to the server, so that one port serves both. Returns a function that ends
 * the connections that have not sent their first bytes yet.
 */
export function divertHttp2(server: Server, http2: ConnectionListener): () => void {
  const undecided = new Set<Socket>();
  const http1 = server.listeners('connection') as ConnectionListener[];
  server.removeAllListeners('connection');
  server.on('connection', (connection: Socket) => {
    undecided.add(connection);
    connection.once('close', () => undecided.delete(connection));
    whenDecided(connection, (isHttp2) => {
      undecided.delete(connection);
      if (isHttp2) {
        // The HTTP server keeps a connection open after the client has closed its side.
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

/** Calls `decide` with the first bytes of the connection, then puts the bytes back. */
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
  connection.on('data', read).setTimeout(MAX_SILENCE_MS);
}
