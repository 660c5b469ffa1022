import type { ServerResponse } from 'node:http';

/** Answers 200 with a JSON text. Node leaves out the body of an answer to HEAD. */
export function sendJson(response: ServerResponse, json: string): void {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(json),
  });
  // Passing the text unencoded lets Node send headers and body in one write.
  response.end(json);
}
