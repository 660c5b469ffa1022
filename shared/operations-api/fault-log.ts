import { CallRefused } from '../access/call-refused.ts';
import { StillDelivering } from '../orchestrator/still-delivering.ts';
import { isCallersFault } from './error-status.ts';

/**
 * Logs faults of the deployment to the standard error, in the form of Cloud Logging. Faults of the caller are only in the answer. A
 * closed connection is not a fault, nor is a repeated call that comes before the first one has ended.
 */
export function logFault(error: unknown): void {
  if (isCallersFault(error) || error instanceof CallRefused) return;
  if (error instanceof StillDelivering || isAbort(error)) return;
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
