import type { ErrorRequestHandler, Response } from 'express';
import { Failure, type FailureKind } from '../../../shared/orchestrator/ports/failure.ts';

/** https://cloud.google.com/apis/design/errors#handling_errors */
const ANSWERS: Readonly<Record<FailureKind, readonly [code: number, status: string]>> = {
  invalid: [400, 'INVALID_ARGUMENT'],
  notFound: [404, 'NOT_FOUND'],
  alreadyExists: [409, 'ALREADY_EXISTS'],
  permission: [403, 'PERMISSION_DENIED'],
  precondition: [400, 'FAILED_PRECONDITION'],
  conflict: [409, 'ABORTED'],
  outOfRange: [400, 'OUT_OF_RANGE'],
  unimplemented: [501, 'UNIMPLEMENTED'],
  permanent: [500, 'INTERNAL'],
  unavailable: [503, 'UNAVAILABLE'],
};

/** Answers what a handler threw, in the JSON of Google's APIs. */
export const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof Failure) {
    const [code, status] = ANSWERS[error.kind];
    return answer(response, code, error.message, status);
  }
  // What the body parser throws: a body that is no JSON, or one that is too large.
  const code = statusOf(error);
  if (code !== undefined) return answer(response, code, messageOf(error), 'INVALID_ARGUMENT');
  next(error);
};

function answer(response: Response, code: number, message: string, status: string): void {
  response.status(code).json({ error: { code, message, status } });
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof SyntaxError ? 'The body is not valid JSON.' : String((error as Error).message);
}
