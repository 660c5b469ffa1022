import { Failure, type FailureKind } from './ports/failure.ts';

/**
 * What Google's client libraries reject with, by google.rpc.Code. What Google's own clients retry may pass; so may an
 * INTERNAL or UNKNOWN fault of theirs, and to give up an event for one would lose it. Every other code is permanent.
 */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1: 'unavailable', // CANCELLED: the connection went away under the call
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

/** The libraries string every attempt together. */
const MAX_REASON = 300;

/** The Failure that a client library's error stands for. Node's own network errors have a code that is text. */
export function failureFrom(error: unknown, doing: string): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const kind = typeof code === 'string' ? 'unavailable' : (KINDS[code ?? -1] ?? 'permanent');
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(kind, `${doing}: ${reason.slice(0, MAX_REASON)}`, {
    cause: error,
    fault: 'deployment',
  });
}

export function codeOf(error: unknown): number | string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' || typeof error.code === 'string' ? error.code : undefined;
}
