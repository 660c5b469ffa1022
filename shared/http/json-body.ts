/** Reads request bodies in front of every route: JSON that is declared as JSON, or 415. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { type JsonValue, parseJson } from '../messages/json-value.ts';
import { bodyTooLarge, brokenBody, type HttpRefusal, unsupportedMediaType } from './refusal.ts';

/** The functions-framework keeps the bytes of a body that it has read. */
export type ReadRequest = IncomingMessage & { rawBody?: Buffer; body?: unknown };

const NOTHING = new Uint8Array();
/** `application/json` with well-formed parameters: https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1 */
const JSON_TYPE =
  /^\s*application\/json\s*(;\s*[\w!#$%&'*+.^`|~-]+\s*=\s*([\w!#$%&'*+.^`|~-]+|"([^"\\]|\\.)*")\s*)*$/i;

/**
 * Returns the JSON of the request, or undefined if it has no body. A body without a content type counts as JSON. Any
 * other declared type is refused: it was meant for another service, or a web page sent it, since browsers send forms
 * and `text/plain` to any host without a preflight.
 *
 * @throws HttpRefusal, or InvalidInput for text that is not JSON
 */
export async function jsonBody(
  request: ReadRequest,
  response: ServerResponse,
  maxBytes: number,
): Promise<JsonValue | undefined> {
  const bytes = await bodyBytes(request, response, maxBytes);
  if (bytes.length === 0) return undefined;
  if (bytes.length > maxBytes) throw bodyTooLarge(maxBytes);
  requireJsonType(request);
  return parseJson(bytes, 'body');
}

function requireJsonType({ headers }: IncomingMessage): void {
  const type = headers['content-type'];
  if (type && type !== 'application/json' && !JSON_TYPE.test(type)) throw unsupportedMediaType();
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** Refuses a body that is declared as anything but JSON, and leaves the body unread for the server behind a proxy. */
export const jsonTypeOnly: RequestHandler = (request, _response, next) => {
  if (hasBody(request)) requireJsonType(request);
  next();
};

/** Puts the JSON of the request into `request.body`, for express handlers. */
export function jsonBodies(maxBytes: number): RequestHandler {
  return async (request, response, next) => {
    request.body = await jsonBody(request, response, maxBytes);
    next();
  };
}

/**
 * Returns the decompressed bytes of the body, empty if there is no body.
 *
 * @throws HttpRefusal if the body is too large, broken, or compressed in an unknown way
 */
export async function bodyBytes(
  request: ReadRequest,
  response: ServerResponse,
  maxBytes: number,
): Promise<Uint8Array> {
  if (request.rawBody) return request.rawBody;
  if (!hasBody(request)) return NOTHING;
  if (isPlain(request)) return plainBytes(request, maxBytes);
  const read = express.raw({ type: () => true, limit: maxBytes });
  await new Promise<void>((resolve, reject) => {
    read(request as express.Request, response as express.Response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(refusalOf(error, maxBytes));
    });
  });
  const body: unknown = request.body;
  return body instanceof Uint8Array ? body : NOTHING;
}

/** Whether the body is uncompressed. Nearly every body is. */
function isPlain({ headers, readableEnded }: IncomingMessage): boolean {
  return !readableEnded && headers['content-encoding'] === undefined;
}

/**
 * Reads without the library, which creates a dozen objects for each body, and refuses a body that is too large only after the
 * client has sent all of it. Node checks that the body has the declared length.
 */
function plainBytes(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length']) > maxBytes) return Promise.reject(bodyTooLarge(maxBytes));
  // The client has left, for example while its token was checked: no event follows.
  if (request.closed) return Promise.reject(brokenBody());
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    let first: Buffer | undefined;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        // What follows is read, so that the client reads the answer, and is dropped.
        chunks = undefined;
        reject(bodyTooLarge(maxBytes));
      } else if (first === undefined) first = chunk;
      else if (chunks === undefined) chunks = [first, chunk];
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks === undefined ? (first ?? NOTHING) : Buffer.concat(chunks)));
    const broken = () => reject(brokenBody());
    request.once('error', broken);
    request.once('close', () => request.readableEnded || broken());
  });
}

/** Only the status of body-parser's errors is documented. */
export function refusalOf(error: unknown, maxBytes: number): HttpRefusal {
  const { status } = error as { status?: unknown };
  if (status === 413) return bodyTooLarge(maxBytes);
  if (status === 415) return unsupportedMediaType();
  return brokenBody();
}
