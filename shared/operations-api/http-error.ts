/** Answers errors like Google's REST APIs: `{"error": {code, message, status, details}}` (AIP-193). */
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import { CallRefused } from '../access/call-refused.ts';
import { brokenRequest, type ErrorBody, HttpRefusal, sendError, sendRefusal } from '../http/refusal.ts';
import { anyToJson } from '../messages/json.ts';
import { errorStatus, RETRY_DELAY_MS } from './error-status.ts';
import { logFault } from './fault-log.ts';
import { rpcCode } from './rpc-code.ts';

const UNAUTHORIZED = 401;
/** Too Many Requests, Service Unavailable. */
const RETRYABLE = [429, 503];

/** Answers the error that a handler threw. Logs it if the deployment is at fault. */
export function errorResponse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof HttpRefusal ? error : refusalOfLibrary(error);
  if (!refusal) logFault(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (refusal) {
    sendRefusal(response, refusal);
    return;
  }
  const body = errorBody(error);
  const { code: http } = body;
  const retryAfterMs = error instanceof CallRefused ? error.retryAfterMs : RETRY_DELAY_MS;
  if (retryAfterMs !== undefined && RETRYABLE.includes(http)) {
    response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  }
  if (http === UNAUTHORIZED) response.setHeader('www-authenticate', 'Bearer');
  sendError(response, body);
}

/** Returns the `error` field of an answer: the part of the error that the caller may see. */
export function errorBody(error: unknown): ErrorBody {
  const { code, message, details } = errorStatus(error);
  const { http, status } = rpcCode(code);
  return { code: http, message, status, details: details.map(anyToJson) };
}

/** The last handler of an express app. Without it, express answers errors in HTML. */
export const errorAnswers: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  errorResponse(response, error);
};

/** An error of express or of its parsers, of which only the status is documented. */
function refusalOfLibrary(error: unknown): HttpRefusal | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? brokenRequest(status) : undefined;
}
