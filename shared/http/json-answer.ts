import type { ServerResponse } from 'node:http';

/** Answers 200 with a JSON text. The answer to HEAD has the same headers and no body. */
export function sendJson(response: ServerResponse, json: string): void {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json),
  });
  // Headers and body are one write, because the text is not encoded before.
  response.end(response.req.method === 'HEAD' ? undefined : json);
}
