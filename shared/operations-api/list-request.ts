/** Reads a ListOperations request of HTTP or gRPC. */

import { ALWAYS, type Condition } from '../orchestrator/condition.ts';
import { listOperations, type OperationPage } from '../orchestrator/list-operations.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { parseFilter } from './filter/filter.ts';
import { pageLimit } from './page-limit.ts';
import type { PageTokens } from './page-token.ts';

/** The fields of google.longrunning.ListOperationsRequest. Absent fields have their defaults. */
export interface ListRequest {
  readonly name?: string;
  readonly filter?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

export interface ListResponse extends Pick<OperationPage, 'operations'> {
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

const COLLECTION = 'operations';
const DEFAULT_PAGE_SIZE = 50;

export async function answerList(
  orchestrator: Orchestrator,
  tokens: PageTokens,
  visible: Condition,
  { name = '', filter = '', pageSize = 0, pageToken = '' }: ListRequest,
): Promise<ListResponse> {
  if (name !== '' && name !== COLLECTION) throw new InvalidInput('name', `must be ${COLLECTION}`);
  const limit = pageLimit(pageSize, DEFAULT_PAGE_SIZE);
  const { operations, next } = await listOperations(orchestrator, {
    condition: bothOf(visible, parseFilter(filter)),
    after: pageToken === '' ? undefined : tokens.decode(pageToken, filter),
    limit,
  });
  return { operations, nextPageToken: next ? tokens.encode(next, filter) : '' };
}

/** Combines the filter with the condition that limits what the caller may see. */
export function bothOf(visible: Condition, filter: Condition): Condition {
  return visible === ALWAYS ? filter : { kind: 'all', of: [visible, filter] };
}
