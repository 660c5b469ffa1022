import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Http2Refusal } from './http2-refusal.ts';

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** What a client of HTTP/2 is told, which is not served: gRPC clients speak nothing else. */
  readonly http2Message?: () => string;
}

/** What a client sends first that assumes HTTP/2 (RFC 9113, 3.4). */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Serves HTTP/1.1 on the loopback interface; any free port where none is given. */
export async function serve(
  listener: RequestListener,
  port = 0,
  { http2Message = () => 'This port serves HTTP/1.1 only.' }: ServeOptions = {},
): Promise<HttpServer> {
  const server = createServer(listener);
  const http2 = new Http2Refusal(http2Message);
  const sockets = new Set<Socket>();
  const serveHttp1 = server.listeners('connection');
  server.removeAllListeners('connection').on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    whenItSpeaks(socket, (first) => {
      // Node's HTTP/2 reads what the socket holds by itself; HTTP/1.1 waits for the socket to go on.
      if (startsLike(first, HTTP2_PREFACE)) return http2.serve(socket);
      for (const serveConnection of serveHttp1) serveConnection.call(server, socket);
      socket.resume();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Looks at the first bytes of a connection, and gives them back to the socket for the protocol that they belong to. */
function whenItSpeaks(socket: Socket, decide: (first: Buffer) => void): void {
  const drop = () => socket.destroy();
  socket.once('error', drop).once('data', (first: Buffer) => {
    socket.removeListener('error', drop).pause().unshift(first);
    decide(first);
  });
}

function startsLike(first: Buffer, preface: Buffer): boolean {
  const length = Math.min(first.length, preface.length);
  return length >= 'PRI'.length && first.subarray(0, length).equals(preface.subarray(0, length));
}
