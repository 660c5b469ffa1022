/** ListOperations with `view=SUMMARY`. */
import type { JsonObject } from '../../messages/json-value.ts';
import type { Orchestrator } from '../../orchestrator/orchestrator.ts';
import { Failure, InvalidInput } from '../../orchestrator/ports/failure.ts';
import type { OperationOverview } from '../../orchestrator/ports/overview.ts';
import { parseFilter } from '../filter/filter.ts';
import { int32Parameter } from '../http-query.ts';
import { bothOf } from '../list-request.ts';
import type { ApiCall } from '../methods/method.ts';
import { pageLimit } from '../page-limit.ts';
import { summaryToJson } from './summary.ts';

const DEFAULT_PAGE_SIZE = 50;

export async function answerSummaries({
  orchestrator,
  settings,
  query,
  visible,
}: ApiCall): Promise<JsonObject> {
  const filter = query.get('filter') ?? '';
  const limit = pageLimit(int32Parameter(query, 'pageSize') ?? 0, DEFAULT_PAGE_SIZE);
  const skip = int32Parameter(query, 'skip') ?? 0;
  if (skip < 0) throw new InvalidInput('skip', 'must not be negative');
  const token = query.get('pageToken');
  const found = await overviewOf(orchestrator).list({
    condition: bothOf(visible, parseFilter(filter)),
    after: token ? settings.pageTokens.decode(token, filter) : undefined,
    // Reads one more operation than requested, to know whether more follow.
    limit: limit + 1,
    skip,
  });
  const { redaction } = orchestrator.policy;
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    operations: shown.length > 0 ? shown.map((one) => summaryToJson(one, redaction)) : undefined,
    nextPageToken: found.length > limit && last ? settings.pageTokens.encode(last, filter) : undefined,
  };
}

export function overviewOf({ overview }: Orchestrator): OperationOverview {
  if (!overview) throw new Failure('unimplemented', 'This deployment has no summaries of operations.');
  return overview;
}
