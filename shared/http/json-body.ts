/** The reading of bodies that stands in front of every route: JSON that is declared as JSON, or 415. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import { type JsonValue, parseJson } from '../messages/json-value.ts';
import { bodyTooLarge, brokenBody, type HttpRefusal, unsupportedMediaType } from './refusal.ts';

/** The functions-framework keeps the bytes of a body that it has read. */
export type ReadRequest = Request & { rawBody?: Buffer };

/**
 * The JSON that the request brings; undefined where there is no body. A body without a content type counts as JSON.
 * A caller that declares anything else means another service, or is a web page: browsers send forms and `text/plain` to
 * any host without asking it first.
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

/** Refuses a body that is declared as anything but JSON, and leaves it unread for the server behind a proxy. */
export const jsonTypeOnly: RequestHandler = (request, _response, next) => {
  // `is` gives null for a request without a body.
  if (request.is('*/*') !== null) requireJsonType(request);
  next();
};

/** Leaves the JSON that the request brings in `request.body`, for handlers of express. */
export function jsonBodies(maxBytes: number): RequestHandler {
  return async (request, response, next) => {
    request.body = await jsonBody(request, response, maxBytes);
    next();
  };
}

/**
 * The bytes of the body, decompressed. Empty where there is no body.
 *
 * @throws HttpRefusal for one that is too large, broken, or compressed in an unknown way
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

/** Of an error of body-parser only its status is documented. */
export function refusalOf(error: unknown, maxBytes: number): HttpRefusal {
  const { status } = error as { status?: unknown };
  if (status === 413) return bodyTooLarge(maxBytes);
  if (status === 415) return unsupportedMediaType();
  return brokenBody();
}
