import { InvalidInput } from '../orchestrator/ports/failure.ts';

const MAX_PAGE_SIZE = 1_000;

/** How many a page has: AIP-158 has a size above the maximum coerced, and 0 is not given. Throws for a negative one. */
export function pageLimit(pageSize: number, defaultSize: number): number {
  if (pageSize < 0) throw new InvalidInput('pageSize', 'must not be negative');
  return Math.min(pageSize || defaultSize, MAX_PAGE_SIZE);
}
