import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type WebServer = {
  readonly url: string;
  /** What was received, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** Requests in flight at the same time, at most. */
  readonly peak: () => number;
  readonly close: () => Promise<void>;
};

export type ReceivedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** A server on a free port that answers with `handle`. */
export async function startWebServer(
  handle: (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>,
): Promise<WebServer> {
  const requests: ReceivedRequest[] = [];
  let open = 0;
  let peak = 0;
  const server = createServer((incoming, response) => {
    peak = Math.max(peak, ++open);
    response.on('close', () => open--);
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      void handle(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    peak: () => peak,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'r1' });
  response.end(JSON.stringify(body));
}
