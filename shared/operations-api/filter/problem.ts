import { InvalidInput } from '../../orchestrator/ports/failure.ts';

/** What is wrong with a filter, and where. `offset` counts UTF-16 units from 0; messages count from 1. */
export function filterProblem(offset: number, problem: string): InvalidInput {
  return new InvalidInput('filter', `at position ${offset + 1}: ${problem}`);
}
