/**
 * Sends the HTTP calls of a worker with Node's `http` module, because `fetch` takes several times as long for each call.
 * Of a response it supports only `status`, `ok` and `json()`.
 */
import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { Transport, TransportRequest } from '../client/transport.ts';
import { withRetryAfter } from './retry-after.ts';

export function keepAliveTransport(): Transport {
  const servers = new Servers();
  return (request) => send(request, servers, true);
}

/** The server of a call: what its URL says, without the path. */
interface Server {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
  readonly protocol: string | null | undefined;
  readonly hostname: string | null | undefined;
  readonly port: string | number | null | undefined;
  readonly auth: string | null | undefined;
}

const PLAIN_PATH = /^\/[\w%~!$&'()*+,;=:@?/.-]*$/;

/** Whether the path can be sent as it is. A URL of any other path is parsed, which encodes characters and resolves `..`. */
function isPlain(path: string): boolean {
  return PLAIN_PATH.test(path) && !path.includes('/.');
}

/** The servers that a transport calls, by the beginning of the URL, because to parse a URL takes long. */
class Servers {
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  readonly #known = new Map<string, Server>();

  constructor() {
    const options = { keepAlive: true, scheduling: 'lifo' } as const;
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  /** Returns the server of the URL, and the path with the query. */
  target(url: string): { readonly server: Server; readonly path: string } {
    const start = url.indexOf('/', url.indexOf('://') + '://'.length);
    const server = this.#server(start < 0 ? url : url.slice(0, start));
    const path = start < 0 ? '/' : url.slice(start);
    if (isPlain(path)) return { server, path };
    const { pathname, search } = new URL(url);
    return { server, path: pathname + search };
  }

  #server(origin: string): Server {
    let server = this.#known.get(origin);
    if (!server) {
      const { protocol, hostname, port, auth } = urlToHttpOptions(new URL(origin));
      const [{ request }, agent] =
        protocol === 'https:' ? [https, this.#agents.https] : [http, this.#agents.http];
      server = { request, agent, protocol, hostname, port, auth };
      this.#known.set(origin, server);
    }
    return server;
  }
}

function send(call: TransportRequest, servers: Servers, mayRetry: boolean): Promise<Response> {
  const { url, method, headers, body, timeoutMs, signal } = call;
  return new Promise((resolve, reject) => {
    const { server, path } = servers.target(url);
    const { agent, protocol, hostname, port, auth } = server;
    // Node adds the length of the body, which is written at once.
    const request = server.request({ agent, protocol, hostname, port, auth, method, path, headers });
    const timer =
      timeoutMs > 0
        ? setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
        : undefined;
    const abort = () => request.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
      });
      response.on('error', (error) => {
        settle();
        reject(error);
      });
      response.on('end', () => {
        settle();
        resolve(responseOf(response, chunks));
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      // The server closed an idle connection at the moment when the worker used it again.
      const wasClosed = mayRetry && request.reusedSocket && error.code === 'ECONNRESET' && !signal?.aborted;
      if (wasClosed) resolve(send(call, servers, false));
      else reject(error);
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
    request.end(body);
  });
}

function responseOf(
  { statusCode: status = 0, headers }: http.IncomingMessage,
  chunks: readonly Buffer[],
): Response {
  const ok = status >= 200 && status < 300;
  const [first] = chunks;
  const text = () => (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8');
  const retryAfter = ok ? undefined : headers['retry-after'];
  const json = async () =>
    retryAfter ? withRetryAfter(text(), retryAfter, headers.date) : JSON.parse(text());
  return { status, ok, json } as Response;
}
