/**
 * Sends the HTTP calls of a worker with Node's `http` module, because `fetch` takes several times as long for each call.
 * Of a response it supports only `status`, `ok` and `json()`.
 */
import http from 'node:http';
import https from 'node:https';
import type { Transport, TransportRequest } from '../client/transport.ts';

export function keepAliveTransport(): Transport {
  const options = { keepAlive: true, scheduling: 'lifo' } as const;
  const agents = { http: new http.Agent(options), https: new https.Agent(options) };
  return (request) => send(request, agents, true);
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

function send(call: TransportRequest, agents: Agents, mayRetry: boolean): Promise<Response> {
  const { url, method, headers, body, timeoutMs, signal } = call;
  const isTls = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request(url, {
      ...{ method, agent: isTls ? agents.https : agents.http },
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    const timer =
      timeoutMs > 0
        ? setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
        : undefined;
    const abort = () => request.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', (error) => {
        settle();
        reject(error);
      });
      response.once('end', () => {
        settle();
        const status = response.statusCode ?? 0;
        const ok = status >= 200 && status < 300;
        resolve({ status, ok, json: async () => JSON.parse(text) } as Response);
      });
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      // The server closed an idle connection at the moment when the worker used it again.
      const wasClosed = mayRetry && request.reusedSocket && error.code === 'ECONNRESET' && !signal?.aborted;
      if (wasClosed) resolve(send(call, agents, false));
      else reject(error);
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
    request.end(body);
  });
}
