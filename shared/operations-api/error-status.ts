/** Converts an error to the google.rpc.Status that HTTP and gRPC answer with. */

import { CallRefused } from '../access/call-refused.ts';
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { OperationNotFound } from '../orchestrator/existing-operation.ts';
import { OperationAlreadyExists } from '../orchestrator/new-operation.ts';
import { FAILURE_CODES, Failure, InvalidInput } from '../orchestrator/ports/failure.ts';
import { StillDelivering } from '../orchestrator/still-delivering.ts';
import { badRequest, errorInfo, resourceInfo, retryInfo } from './error-details.ts';
import { INTERNAL } from './rpc-code.ts';

/** When the caller may retry a call that fails for now, in milliseconds. */
export const RETRY_DELAY_MS = 1_000;
/** The same for a call that repeats one under way. The effects of a call are carried out sooner than a fault passes. */
const REPEAT_DELAY_MS = 100;

/** Whether the caller has to change its call. The message then says what to change, and the error is not logged. */
export function isCallersFault(error: unknown): error is Failure {
  return error instanceof Failure && error.fault === 'caller';
}

function mayPass(error: unknown): boolean {
  return error instanceof Failure && (error.kind === 'unavailable' || error.kind === 'conflict');
}

export function errorStatus(error: unknown): Status {
  if (error instanceof CallRefused) {
    const { code, message, reason, retryAfterMs } = error;
    const info = errorInfo(reason);
    const details = retryAfterMs === undefined ? [info] : [info, retryInfo(retryAfterMs)];
    return { code, message, details };
  }
  if (mayPass(error) && !isCallersFault(error)) {
    const delayMs = error instanceof StillDelivering ? REPEAT_DELAY_MS : RETRY_DELAY_MS;
    const details = [errorInfo('TEMPORARILY_UNAVAILABLE'), retryInfo(delayMs)];
    return { code: FAILURE_CODES.unavailable, message: 'Not possible right now. Try again.', details };
  }
  // Internal errors are logged. The caller does not get their text.
  if (!isCallersFault(error)) {
    return { code: INTERNAL.code, message: 'An internal error occurred.', details: [errorInfo('INTERNAL')] };
  }
  return { code: error.code, message: error.message, details: detailsOf(error) };
}

function detailsOf(error: Failure): readonly AnyValue[] {
  const { message } = error;
  if (error instanceof InvalidInput) {
    const { field, rule, kind } = error;
    // A worker whose attempt has ended must stop, and can correct no field.
    if (kind === 'conflict') return [errorInfo(REASONS.conflict, { field }), badRequest(field, rule)];
    return [errorInfo('INVALID_FIELD', { field }), badRequest(field, rule)];
  }
  if (error instanceof OperationNotFound) {
    const { operation } = error;
    return [errorInfo('OPERATION_NOT_FOUND', { operation }), resourceInfo(operation, message)];
  }
  if (error instanceof OperationAlreadyExists) {
    const { operation } = error;
    return [errorInfo('OPERATION_ALREADY_EXISTS', { operation }), resourceInfo(operation, message)];
  }
  return [errorInfo(REASONS[error.kind])];
}

const REASONS: Readonly<Record<Failure['kind'], string>> = {
  invalid: 'INVALID_REQUEST',
  notFound: 'NOT_FOUND',
  alreadyExists: 'ALREADY_EXISTS',
  permission: 'PERMISSION_DENIED',
  exhausted: 'RESOURCE_EXHAUSTED',
  precondition: 'FAILED_PRECONDITION',
  conflict: 'CONFLICT',
  outOfRange: 'OUT_OF_RANGE',
  unimplemented: 'UNIMPLEMENTED',
  permanent: 'INTERNAL',
  internal: 'INTERNAL',
  unavailable: 'TEMPORARILY_UNAVAILABLE',
};
