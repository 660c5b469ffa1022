import { failureFrom } from '../orchestrator/google-error.ts';
import type { Failure } from '../orchestrator/ports/failure.ts';

export const ABORTED = 10;
export const ALREADY_EXISTS = 6;

export function toFailure(error: unknown): Failure {
  return failureFrom(error, 'Spanner');
}

/** Runs the function, and converts its error to a Failure. */
export async function orFailure<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toFailure(error);
  }
}
