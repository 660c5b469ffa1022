/**
 * Errors as Google's REST APIs give them: `{"error": {code, message, status, details}}` (AIP-193).
 */
import type { Response } from 'express';
import { anyToJson } from '../messages/json.ts';
import { errorStatus, RETRY_DELAY } from './error-status.ts';
import { logFault } from './fault-log.ts';
import { HttpRefusal } from './http-refusal.ts';
import { rpcCode } from './rpc-code.ts';

const UNAVAILABLE = 503;

export function errorResponse(response: Response, error: unknown): void {
  const refused = error instanceof HttpRefusal;
  if (!refused) logFault(error);
  if (response.headersSent) return;
  const { http, status, message, details } = refused ? error : describe(error);
  if (refused) response.set(error.headers);
  if (http === UNAVAILABLE) response.set('retry-after', String(RETRY_DELAY / 1000));
  response.status(http).json({ error: { code: http, message, status, details: details.map(anyToJson) } });
}

function describe(error: unknown) {
  const { code, message, details } = errorStatus(error);
  return { ...rpcCode(code), message, details };
}
