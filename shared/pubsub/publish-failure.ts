import { Failure, type FailureKind } from '../orchestrator/failure.ts';

/**
 * google.rpc.Code of a refused publish → what it means to the orchestrator. What Google's own client retries may pass
 * (CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE); the rest stands until
 * somebody changes the deployment or the message.
 */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1: 'unavailable',
  2: 'unavailable',
  3: 'invalid',
  4: 'unavailable',
  5: 'notFound',
  7: 'permission',
  8: 'unavailable',
  9: 'precondition',
  10: 'unavailable',
  11: 'invalid',
  13: 'unavailable',
  14: 'unavailable',
  16: 'permission',
};

/** The library strings every attempt together. */
const MAX_REASON = 300;

/** The failure behind what the client library threw. */
export function publishFailure(topic: string, error: unknown): Failure {
  const kind = (hasCode(error) && KINDS[error.code]) || 'permanent';
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(kind, `publish to ${topic}: ${reason.slice(0, MAX_REASON)}`, { cause: error });
}

function hasCode(error: unknown): error is { readonly code: number } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
}
