import { Failure, type FailureKind, startOf } from './ports/failure.ts';

/**
 * Maps the google.rpc.Code of an error of Google's client libraries to a kind of Failure. Codes that Google's clients
 * retry are temporary. INTERNAL and UNKNOWN also count as temporary, because giving up an event for one of them would
 * lose it. A code that is not in the table is `permanent`.
 */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1: 'unavailable', // CANCELLED: the connection was lost during the call
  2: 'unavailable', // UNKNOWN
  3: 'invalid',
  4: 'unavailable', // DEADLINE_EXCEEDED
  5: 'notFound',
  7: 'permission',
  8: 'unavailable', // RESOURCE_EXHAUSTED
  9: 'precondition',
  10: 'conflict', // ABORTED
  11: 'invalid', // OUT_OF_RANGE
  13: 'unavailable', // INTERNAL
  14: 'unavailable',
  16: 'permission', // UNAUTHENTICATED: as with a missing permission, an operator has to change the deployment
};

/** In characters. The libraries join the messages of all their attempts into one. */
const MAX_REASON = 300;

/** Returns the Failure for a client library's error. Node's own network errors have text codes. */
export function failureFrom(error: unknown, doing: string): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const kind = typeof code === 'string' ? 'unavailable' : (KINDS[code ?? -1] ?? 'permanent');
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(kind, `${doing}: ${startOf(reason, MAX_REASON)}`, {
    cause: error,
    fault: 'deployment',
  });
}

export function codeOf(error: unknown): number | string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' || typeof error.code === 'string' ? error.code : undefined;
}
