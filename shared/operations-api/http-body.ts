/** The JSON that a request brings, whoever has read it from the connection. */
import express, { type Request, type Response } from 'express';
import { type JsonValue, parseJson } from '../messages/json-value.ts';
import { bodyTooLarge, brokenBody, type HttpRefusal, unsupportedMediaType } from './http-refusal.ts';

/** Metadata of 4 MB, the most that is taken, in base64 and with all that is around it. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The functions-framework has parsed the body when a function is called, and keeps its bytes. */
type ParsedRequest = Request & { readonly rawBody?: Buffer };

/** undefined where there is no body. Rejects with a refusal or an InvalidInput for one that is not JSON. */
export async function jsonBody(request: ParsedRequest, response: Response): Promise<JsonValue | undefined> {
  const body: unknown = request.rawBody ?? request.body ?? (await readBody(request, response));
  if (!(body instanceof Uint8Array)) return body as JsonValue | undefined;
  if (body.length === 0) return undefined;
  if (body.length > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES);
  // Workers of all kinds leave the type out; what is declared as something else is not meant for us.
  if (request.get('content-type') && !request.is('application/json')) throw unsupportedMediaType();
  return parseJson(body, 'body');
}

const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

async function readBody(request: Request, response: Response): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error?: unknown) => (error ? reject(refusalOf(error)) : resolve()));
  });
  return request.body;
}

/** Of what body-parser rejects with only the number is a promise that it gives. */
function refusalOf(error: unknown): HttpRefusal {
  const { status } = error as { status?: unknown };
  if (status === 413) return bodyTooLarge(MAX_BODY_BYTES);
  if (status === 415) return unsupportedMediaType();
  return brokenBody();
}
