import { Failure, type FailureKind } from '../orchestrator/failure.ts';

export const ABORTED = 10;
export const ALREADY_EXISTS = 6;

/** What Spanner's google.rpc.Codes are to the orchestrator; every other one is permanent. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  // CANCELLED: the connection went away under the call.
  1: 'unavailable',
  // DEADLINE_EXCEEDED
  4: 'unavailable',
  // PERMISSION_DENIED
  7: 'permission',
  // RESOURCE_EXHAUSTED
  8: 'unavailable',
  [ABORTED]: 'conflict',
  // UNAVAILABLE
  14: 'unavailable',
  // UNAUTHENTICATED: as when the permission is missing, it takes somebody to mend it.
  16: 'permission',
};

/** The google.rpc.Code of an error of the client library. */
export function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(KINDS[codeOf(error) ?? 0] ?? 'permanent', `Spanner: ${message}`, { cause: error });
}

/** Runs it and rejects with a Failure, whatever it rejects with. */
export async function orFailure<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw toFailure(error);
  }
}
