import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/** google.rpc.Code FAILED_PRECONDITION: client libraries do not repeat a call that failed with it. */
const FAILED_PRECONDITION = '9';

/** How long a connection without a call stays open, in milliseconds. */
const IDLE_MS = 30_000;

/**
 * Answers each call of an HTTP/2 client with one error message. Without an HTTP/2 answer, gRPC clients assume that the server is
 * still starting, and retry for minutes without an error.
 */
export class Http2Refusal {
  readonly #server: Http2Server;
  readonly #connections = new Set<Socket>();

  constructor(message: string) {
    this.#server = createServer().on('stream', (stream, headers) => {
      const isGrpc = String(headers['content-type'] ?? '').startsWith('application/grpc');
      if (isGrpc) refuseCall(stream, message);
      else refuseRequest(stream, message);
    });
    this.#server.on('session', (session) => session.setTimeout(IDLE_MS, () => session.destroy()));
    this.#server.on('sessionError', () => undefined);
  }

  serve(connection: Socket): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#server.emit('connection', connection);
  }

  stop(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

/** A gRPC answer that consists of trailers only. */
function refuseCall(stream: ServerHttp2Stream, message: string): void {
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': FAILED_PRECONDITION,
      'grpc-message': percentEncoded(message),
    },
    { endStream: true },
  );
}

/** Percent-encodes all characters except printable ASCII, and the percent sign itself, as gRPC over HTTP/2 requires. */
function percentEncoded(message: string): string {
  return message.replace(/[^ -$&-~]/gu, encodeURIComponent);
}

const HTTP_VERSION_NOT_SUPPORTED = 505;

function refuseRequest(stream: ServerHttp2Stream, message: string): void {
  stream.respond({ ':status': HTTP_VERSION_NOT_SUPPORTED, 'content-type': 'application/json' });
  const error = { code: HTTP_VERSION_NOT_SUPPORTED, message, status: 'FAILED_PRECONDITION', details: [] };
  stream.end(JSON.stringify({ error }));
}
