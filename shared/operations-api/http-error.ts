/**
 * Errors as Google's REST APIs give them: `{"error": {code, message, status, details}}` (AIP-193).
 */
import type { Response } from 'express';
import { Failure, InvalidInput } from '../orchestrator/failure.ts';

/** google.rpc.Code to its name and HTTP status, as google/rpc/code.proto says. */
const STATUSES: Readonly<Record<number, { status: string; http: number }>> = {
  3: { status: 'INVALID_ARGUMENT', http: 400 },
  5: { status: 'NOT_FOUND', http: 404 },
  6: { status: 'ALREADY_EXISTS', http: 409 },
  7: { status: 'PERMISSION_DENIED', http: 403 },
  9: { status: 'FAILED_PRECONDITION', http: 400 },
  10: { status: 'ABORTED', http: 409 },
  13: { status: 'INTERNAL', http: 500 },
  14: { status: 'UNAVAILABLE', http: 503 },
};

const INTERNAL = { status: 'INTERNAL', http: 500 };

export function errorResponse(response: Response, error: unknown): void {
  const failure = error instanceof Failure ? error : undefined;
  const { status, http } = STATUSES[failure?.code ?? 13] ?? INTERNAL;
  const known = failure !== undefined && http < 500;
  // What went wrong inside is for the log, not for the caller.
  if (!known) console.error(JSON.stringify({ severity: 'ERROR', message: describe(error) }));
  const message = known ? failure.message : http === 503 ? 'Try again.' : 'An internal error occurred.';
  if (response.headersSent) return;
  if (http === 503) response.set('retry-after', '1');
  response.status(http).json({
    error: {
      code: http,
      message,
      status,
      ...(error instanceof InvalidInput && { details: [badRequest(error)] }),
    },
  });
}

function badRequest({ field, message }: InvalidInput) {
  return {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [{ field, description: message }],
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.stack}\ncaused by ${error.cause.stack}`
    : (error.stack ?? error.message);
}
