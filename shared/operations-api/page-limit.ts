import { InvalidInput } from '../orchestrator/ports/failure.ts';

const MAX_PAGE_SIZE = 1_000;

/**
 * Returns the number of items in a page. A size above the maximum is reduced to it, and 0 means the default (AIP-158).
 * @throws InvalidInput for a negative size
 */
export function pageLimit(pageSize: number, defaultSize: number): number {
  if (pageSize < 0) throw new InvalidInput('pageSize', 'must not be negative');
  return Math.min(pageSize || defaultSize, MAX_PAGE_SIZE);
}
