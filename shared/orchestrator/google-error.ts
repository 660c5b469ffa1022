import { Failure, type FailureKind } from './failure.ts';

/** What Google's client libraries reject with: an error that carries a google.rpc.Code, or Node's own network error. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1: 'unavailable', // CANCELLED: by the client's own deadline or a closing channel
  3: 'invalid',
  4: 'unavailable', // DEADLINE_EXCEEDED
  5: 'notFound',
  6: 'alreadyExists',
  7: 'permission',
  8: 'unavailable', // RESOURCE_EXHAUSTED
  9: 'precondition',
  10: 'conflict', // ABORTED
  14: 'unavailable',
  16: 'permission', // UNAUTHENTICATED
};

/** The Failure that a client library's error stands for. What carries no code never reached the service. */
export function failureFrom(error: unknown, doing: string): Failure {
  if (error instanceof Failure) return error;
  const { code, message } = error as { code?: unknown; message?: string };
  const kind = typeof code === 'number' ? (KINDS[code] ?? 'permanent') : 'unavailable';
  return new Failure(kind, `${doing}: ${message ?? 'unknown error'}`, { cause: error });
}
