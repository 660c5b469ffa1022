import { CallRefused } from '../access/call-refused.ts';
import { isCallersFault } from './error-status.ts';

/**
 * What is ours to mend, as Cloud Logging reads it from the standard error. What is the caller's is told to the caller,
 * and that a caller has gone away is no fault.
 */
export function logFault(error: unknown): void {
  if (isCallersFault(error) || error instanceof CallRefused || isAbort(error)) return;
  console.error(JSON.stringify({ severity: 'ERROR', message: stackOf(error) }));
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by ${error.cause.stack}` : stack;
}
