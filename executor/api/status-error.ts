import type { Response } from 'express';
import type { RequestError, RequestStatus } from '../errors/request-error.ts';

const HTTP_CODES: { readonly [status in RequestStatus]: number } = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  INTERNAL: 500,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
};

/** The error shape of Google's APIs. */
export function sendError(response: Response, { status, message }: RequestError): void {
  const code = HTTP_CODES[status];
  response.status(code).json({ error: { code, message, status, details: [] } });
}
