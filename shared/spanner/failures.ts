import { codeOf, failureFrom } from '../orchestrator/google-error.ts';
import { Failure } from '../orchestrator/ports/failure.ts';

export const ABORTED = 10;
export const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;

/** A lost session is replaced at the next call, so the failure is temporary, unlike that of a missing table. */
export function toFailure(error: unknown): Failure {
  const failure = failureFrom(error, 'Spanner');
  if (!isSessionLost(error)) return failure;
  return new Failure('unavailable', failure.message, { cause: error, fault: 'deployment' });
}

/** Whether Spanner has deleted the session of the call. It has no code of its own for that. */
export function isSessionLost(error: unknown): boolean {
  if (error instanceof Failure) return isSessionLost(error.cause);
  return codeOf(error) === NOT_FOUND && error instanceof Error && error.message.includes('Session not found');
}

/** Whether the call may have been carried out although it failed. */
export function isOutcomeUnknown(error: unknown): boolean {
  // A Failure is of this room: the limit has passed, or the emulator is overloaded.
  return !(error instanceof Failure) && toFailure(error).kind === 'unavailable';
}

/** Runs the function, and converts its error to a Failure. */
export async function orFailure<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toFailure(error);
  }
}
