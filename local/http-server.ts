import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '../shared/http/unreadable-requests.ts';
import { type ConnectionListener, divertHttp2 } from './http2-connections.ts';

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Handles HTTP/2 connections. It has to end them before `stop`. */
  readonly http2?: ConnectionListener;
}

/**
 * How long an idle connection stays open, in milliseconds: as long as common proxies keep one. Node's 5 s let a busy process close a
 * connection in the moment in which its client used it again.
 */
const KEEP_ALIVE_MS = 75_000;

/** Serves on the loopback interface. Without a port, any free port is used. */
export async function serve(
  listener: RequestListener,
  port = 0,
  { http2 }: ServeOptions = {},
): Promise<HttpServer> {
  const server = createHttpServer(listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const endUndecided = http2 && divertHttp2(server, http2);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endUndecided?.();
        server.closeAllConnections();
      }),
  };
}
