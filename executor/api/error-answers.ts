import type { ErrorRequestHandler, Response } from 'express';
import {
  brokenRequest,
  errorInfoJson,
  HttpRefusal,
  sendError,
  sendRefusal,
} from '../../shared/http/refusal.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { HTTP_CODES, RequestError } from '../errors/request-error.ts';

/** Answers the errors of handlers in the form of Google's APIs. The text of an internal error is not shown. */
export const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) next(error);
  else if (error instanceof RequestError) sendRequestError(response, error);
  else if (error instanceof InvalidInput)
    sendRequestError(response, new RequestError('INVALID_ARGUMENT', error.message));
  else if (error instanceof HttpRefusal) sendRefusal(response, error);
  else if (isRefusalOfLibrary(error)) sendRefusal(response, brokenRequest(error.status));
  else sendFault(response, error);
};

export function sendRequestError(response: Response, { status, message }: RequestError): void {
  sendError(response, { code: HTTP_CODES[status], message, status, details: [errorInfoJson(status)] });
}

/** An error of express or of its parsers, of which only the status is documented. */
function isRefusalOfLibrary(error: unknown): error is Error & { readonly status: number } {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return false;
  return error.status >= 400 && error.status < 500;
}

function sendFault(response: Response, error: unknown): void {
  console.error(error);
  const message = 'An internal error occurred.';
  sendError(response, { code: 500, message, status: 'INTERNAL', details: [errorInfoJson('INTERNAL')] });
}
