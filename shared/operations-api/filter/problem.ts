import { InvalidInput } from '../../orchestrator/ports/failure.ts';

/** Returns the error of a filter with its position. `offset` counts UTF-16 units from 0, and the message counts from 1. */
export function filterProblem(offset: number, problem: string): InvalidInput {
  return new InvalidInput('filter', `at position ${offset + 1}: ${problem}`);
}
