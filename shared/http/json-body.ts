/** Reads request bodies in front of every route: JSON that is declared as JSON, or 415. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import { type JsonValue, parseJson } from '../messages/json-value.ts';
import { bodyTooLarge, brokenBody, type HttpRefusal, unsupportedMediaType } from './refusal.ts';

/** The functions-framework keeps the bytes of a body that it has read. */
export type ReadRequest = Request & { rawBody?: Buffer };

/**
 * Returns the JSON of the request, or undefined if it has no body. A body without a content type counts as JSON. Any
 * other declared type is refused: it was meant for another service, or a web page sent it, since browsers send forms
 * and `text/plain` to any host without a preflight.
 *
 * @throws HttpRefusal, or InvalidInput for text that is not JSON
 */
export async function jsonBody(
  request: ReadRequest,
  response: Response,
  maxBytes: number,
): Promise<JsonValue | undefined> {
  const bytes = await bodyBytes(request, response, maxBytes);
  if (bytes.length === 0) return undefined;
  if (bytes.length > maxBytes) throw bodyTooLarge(maxBytes);
  requireJsonType(request);
  return parseJson(bytes, 'body');
}

function requireJsonType(request: Request): void {
  if (request.get('content-type') && !request.is('application/json')) throw unsupportedMediaType();
}

/** Refuses a body that is declared as anything but JSON, and leaves the body unread for the server behind a proxy. */
export const jsonTypeOnly: RequestHandler = (request, _response, next) => {
  // `is` returns null for a request without a body.
  if (request.is('*/*') !== null) requireJsonType(request);
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
  response: Response,
  maxBytes: number,
): Promise<Uint8Array> {
  if (request.rawBody) return request.rawBody;
  const read = express.raw({ type: () => true, limit: maxBytes });
  await new Promise<void>((resolve, reject) => {
    read(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(refusalOf(error, maxBytes));
    });
  });
  const body: unknown = request.body;
  return body instanceof Uint8Array ? body : new Uint8Array();
}

/** Of body-parser's errors only the status is documented. */
export function refusalOf(error: unknown, maxBytes: number): HttpRefusal {
  const { status } = error as { status?: unknown };
  if (status === 413) return bodyTooLarge(maxBytes);
  if (status === 415) return unsupportedMediaType();
  return brokenBody();
}
